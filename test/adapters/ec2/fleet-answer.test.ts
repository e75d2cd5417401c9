import type { CreateFleetError } from '@aws-sdk/client-ec2';
import { describe, expect, it } from '@jest/globals';
import { faultsOf, type FleetCall } from '../../../src/adapters/ec2/fleet-answer.ts';

const ZONE = 'ap-southeast-1a';
const call: FleetCall = {
  offerings: [`t4g.small/${ZONE}/on-demand`, `t3.small/${ZONE}/on-demand`],
  subnets: [{ id: 'subnet-a', zone: ZONE, freeAddresses: 10 }],
};
const made = [{ InstanceIds: ['i-1'], InstanceType: 't3.small' as const }];

const error = (code: string, type?: 't4g.small' | 't3.small'): CreateFleetError => ({
  ErrorCode: code,
  ErrorMessage: 'because',
  ...(type && {
    LaunchTemplateAndOverrides: { Overrides: { InstanceType: type, AvailabilityZone: ZONE } },
  }),
});
const classes = (errors: readonly CreateFleetError[], instances: typeof made = []) =>
  faultsOf({ Errors: [...errors], Instances: instances }, call).map((fault) => [
    fault.class,
    fault.offerings,
  ]);

describe('faultsOf', () => {
  it('lets a wrong pool rest beside an instance that was made', () => {
    expect(classes([error('InvalidParameterValue', 't4g.small')], made)).toEqual([
      ['capacity', [`t4g.small/${ZONE}/on-demand`]],
    ]);
  });

  it('lets a wrong pool rest beside one of which nothing is said', () => {
    expect(classes([error('InvalidParameterValue', 't4g.small')])).toEqual([
      ['capacity', [`t4g.small/${ZONE}/on-demand`]],
    ]);
  });

  it('asks a person when the request is wrong for all pools, or as a whole', () => {
    const all = [error('InvalidAMIID.NotFound', 't4g.small'), error('InvalidAMIID.NotFound', 't3.small')];
    expect(classes(all)).toEqual([['configuration', call.offerings]]);
    expect(classes([error('InvalidLaunchTemplateId.NotFound')])).toEqual([['configuration', []]]);
  });

  it('takes a code that it does not know for one that may mend itself', () => {
    expect(classes([error('SomethingNew', 't3.small')])).toEqual([
      ['transient', [`t3.small/${ZONE}/on-demand`]],
    ]);
  });
});
