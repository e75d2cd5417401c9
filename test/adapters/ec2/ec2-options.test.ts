import { describe, expect, it } from '@jest/globals';
import { ec2OptionsFromEnv } from '../../../src/adapters/ec2/ec2-options.ts';

const ENV = {
  AWS_REGION: 'ap-southeast-1',
  SMARTSCALE_CLUSTER: 'prod',
  SMARTSCALE_LAUNCH_TEMPLATE: 'lt-0abc',
  SMARTSCALE_LAUNCH_TEMPLATE_VERSION: '7',
  SMARTSCALE_SUBNET_TAG: 'smartscale=prod',
};

describe('the options of the EC2 adapter', () => {
  it('come from the environment', () => {
    expect(
      ec2OptionsFromEnv({
        ...ENV,
        AWS_ENDPOINT_URL: 'http://127.0.0.1:5000',
        SMARTSCALE_TAGS: 'Team=web, Env=test',
      }),
    ).toEqual({
      region: 'ap-southeast-1',
      endpoint: 'http://127.0.0.1:5000',
      clusterName: 'prod',
      launchTemplate: { id: 'lt-0abc', version: '7' },
      subnets: { tag: { key: 'smartscale', value: 'prod' } },
      tags: { Team: 'web', Env: 'test' },
    });
  });

  it('take a launch template by name and subnets by id', () => {
    const options = ec2OptionsFromEnv({
      ...ENV,
      SMARTSCALE_LAUNCH_TEMPLATE: 'workers',
      SMARTSCALE_SUBNET_TAG: undefined,
      SMARTSCALE_SUBNET_IDS: 'subnet-1,subnet-2',
    });
    expect(options.launchTemplate).toEqual({ name: 'workers', version: '7' });
    expect(options.subnets).toEqual({ ids: ['subnet-1', 'subnet-2'] });
  });

  it('name every variable that is missing', () => {
    expect(() => ec2OptionsFromEnv({})).toThrow(
      /AWS_REGION is not set.*SMARTSCALE_CLUSTER is not set.*SMARTSCALE_LAUNCH_TEMPLATE is not set.*SMARTSCALE_SUBNET_IDS/,
    );
  });

  it.each([
    [{ SMARTSCALE_LAUNCH_TEMPLATE_VERSION: '$Latest' }, /"\$Latest": give a number/],
    [{ SMARTSCALE_SUBNET_IDS: 'subnet-1' }, /both set/],
    [{ SMARTSCALE_TAGS: 'nonsense' }, /SMARTSCALE_TAGS has "nonsense": write key=value/],
  ])('refuse %j', (change, message) => {
    expect(() => ec2OptionsFromEnv({ ...ENV, ...change })).toThrow(message);
  });
});
