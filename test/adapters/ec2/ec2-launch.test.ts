import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Ec2Cloud } from '../../../src/adapters/ec2/ec2-cloud.ts';
import type { LaunchRequest } from '../../../src/ports.ts';
import { type Ec2World, NOW_MS, startEc2World, ZONE_A, ZONE_B } from './ec2-world.ts';
import { type FakeEc2, fleetXml, instancesXml, subnetsXml, valuesOf } from './fake-ec2.ts';

const signal = new AbortController().signal;

let world: Ec2World;
let fake: FakeEc2;
let cloud: Ec2Cloud;

beforeEach(async () => {
  world = await startEc2World();
  ({ fake, cloud } = world);
});

afterEach(() => world.stop());

function aLaunch(overrides: Partial<LaunchRequest> = {}): LaunchRequest {
  return {
    clientToken: 'token-1',
    operationId: 'op-1',
    offerings: [`t3.small/${ZONE_A}/spot`, `t3a.small/${ZONE_B}/spot`, `t3.small/${ZONE_A}/on-demand`],
    tags: { 'smartscale.dev/decision': 'd-1' },
    ...overrides,
  };
}

describe('launching', () => {
  it('asks for one spot instance of the offerings that share the first lifecycle', async () => {
    fake.answers('CreateFleet', {
      xml: fleetXml({ instance: { id: 'i-1', type: 't3a.small', subnet: 'subnet-b' } }),
    });
    const outcome = await cloud.launch(aLaunch(), signal);
    expect(outcome).toEqual({
      instance: {
        id: 'i-1',
        type: 't3a.small',
        zone: ZONE_B,
        lifecycle: 'spot',
        state: 'pending',
        launchedAtMs: NOW_MS,
        operationId: 'op-1',
        priceUsdPerHour: undefined,
      },
      faults: [],
    });
    const [call] = fake.callsOf('CreateFleet');
    const field = (name: string) => call!.fields.get(name);
    expect(field('Type')).toBe('instant');
    expect(field('ClientToken')).toBe('token-1');
    expect(field('TargetCapacitySpecification.TotalTargetCapacity')).toBe('1');
    expect(field('TargetCapacitySpecification.DefaultTargetCapacityType')).toBe('spot');
    expect(field('SpotOptions.AllocationStrategy')).toBe('price-capacity-optimized');
    expect(valuesOf(call!, /LaunchTemplateSpecification\.(LaunchTemplateId|Version)$/)).toEqual([
      'lt-1',
      '7',
    ]);
    expect(valuesOf(call!, /Overrides\.\d+\.InstanceType$/)).toEqual(['t3.small', 't3a.small']);
    expect(valuesOf(call!, /Overrides\.\d+\.SubnetId$/)).toEqual(['subnet-a', 'subnet-b']);
    expect(valuesOf(call!, /MaxPrice|MaxTotalPrice/)).toEqual([]);
  });

  it('tags fleet, instance and volume within the call', async () => {
    fake.answers('CreateFleet', {
      xml: fleetXml({ instance: { id: 'i-1', type: 't3.small', subnet: 'subnet-a' } }),
    });
    await cloud.launch(aLaunch(), signal);
    const [call] = fake.callsOf('CreateFleet');
    expect(valuesOf(call!, /TagSpecification\.\d+\.ResourceType$/)).toEqual(['fleet', 'instance', 'volume']);
    const tagsOfInstance = valuesOf(call!, /TagSpecification\.2\.Tag\.\d+\.(Key|Value)$/).join(' ');
    expect(tagsOfInstance).toContain('Cluster prod');
    expect(tagsOfInstance).toContain('smartscale.dev/operation op-1');
    expect(tagsOfInstance).toContain('smartscale.dev/decision d-1');
    expect(tagsOfInstance).toContain('Environment test');
    expect(tagsOfInstance).toContain('InstanceMarket spot');
  });

  it('takes on-demand offerings in their order of preference', async () => {
    fake.answers('CreateFleet', {
      xml: fleetXml({ instance: { id: 'i-1', type: 't3.small', subnet: 'subnet-a' } }),
    });
    const outcome = await cloud.launch(
      aLaunch({ offerings: [`t3.small/${ZONE_A}/on-demand`, `t3a.small/${ZONE_A}/on-demand`] }),
      signal,
    );
    const [call] = fake.callsOf('CreateFleet');
    expect(call!.fields.get('OnDemandOptions.AllocationStrategy')).toBe('prioritized');
    expect(valuesOf(call!, /Priority$/).map(Number)).toEqual([0, 1]);
    expect(outcome.instance?.priceUsdPerHour).toBe(0.0264);
  });

  it('gives the instance and the shortages met on the way', async () => {
    fake.answers('CreateFleet', {
      xml: fleetXml({
        instance: { id: 'i-1', type: 't3a.small', subnet: 'subnet-b' },
        errors: [{ code: 'InsufficientInstanceCapacity', type: 't3.small', subnet: 'subnet-a' }],
      }),
    });
    const { instance, faults } = await cloud.launch(aLaunch(), signal);
    expect(instance?.id).toBe('i-1');
    expect(faults).toEqual([
      expect.objectContaining({
        class: 'capacity',
        code: 'InsufficientInstanceCapacity',
        offerings: [`t3.small/${ZONE_A}/spot`],
      }),
    ]);
  });

  it('gathers the pools of one shortage into one fault', async () => {
    fake.answers('CreateFleet', {
      xml: fleetXml({
        errors: [
          { code: 'InsufficientInstanceCapacity', type: 't3.small', subnet: 'subnet-a' },
          { code: 'InsufficientInstanceCapacity', type: 't3a.small', subnet: 'subnet-b' },
          { code: 'MaxSpotInstanceCountExceeded' },
        ],
      }),
    });
    const { instance, faults } = await cloud.launch(aLaunch(), signal);
    expect(instance).toBeUndefined();
    expect(faults.map((fault) => [fault.class, fault.offerings])).toEqual([
      ['capacity', [`t3.small/${ZONE_A}/spot`, `t3a.small/${ZONE_B}/spot`]],
      ['spot-only', []],
    ]);
  });

  it('reads an answer without instance and reason as a shortage of all that was asked for', async () => {
    fake.answers('CreateFleet', { xml: fleetXml({}) });
    const { faults } = await cloud.launch(aLaunch(), signal);
    expect(faults[0]).toMatchObject({
      class: 'capacity',
      offerings: [`t3.small/${ZONE_A}/spot`, `t3a.small/${ZONE_B}/spot`],
    });
  });

  it('rests only the pool when its zone does not have the type', async () => {
    fake.answers('CreateFleet', {
      xml: fleetXml({
        errors: [{ code: 'InvalidFleetConfiguration', type: 't3.small', subnet: 'subnet-a' }],
      }),
    });
    const { faults } = await cloud.launch(aLaunch(), signal);
    expect(faults[0]).toMatchObject({ class: 'capacity', offerings: [`t3.small/${ZONE_A}/spot`] });
  });

  it.each([
    ['RequestLimitExceeded', 503, 'transient'],
    ['InsufficientInstanceCapacity', 500, 'capacity'],
    ['VcpuLimitExceeded', 400, 'quota'],
    ['UnauthorizedOperation', 403, 'authorization'],
    ['InvalidLaunchTemplateId.VersionNotFound', 400, 'configuration'],
  ] as const)('answers a thrown %s as a fault and calls EC2 once', async (code, status, faultClass) => {
    fake.answers('CreateFleet', { code, status });
    const { instance, faults } = await cloud.launch(aLaunch(), signal);
    expect(instance).toBeUndefined();
    expect(faults[0]).toMatchObject({ class: faultClass, code });
    expect(fake.callsOf('CreateFleet')).toHaveLength(1);
  });

  it('says transient when the answer is lost, and repeats the same call under the same token', async () => {
    fake.answers('CreateFleet', 'cut', {
      xml: fleetXml({ instance: { id: 'i-1', type: 't3.small', subnet: 'subnet-a' } }),
    });
    expect((await cloud.launch(aLaunch(), signal)).faults[0]).toMatchObject({ class: 'transient' });
    expect((await cloud.launch(aLaunch(), signal)).instance?.id).toBe('i-1');
    const [first, second] = fake.callsOf('CreateFleet');
    expect(second!.fields.toString()).toBe(first!.fields.toString());
  });

  it('gives up on an answer that does not come, as transient', async () => {
    await world.stop();
    world = await startEc2World(50);
    world.fake.answers('CreateFleet', 'silence');
    const { faults } = await world.cloud.launch(aLaunch(), signal);
    expect(faults[0]).toMatchObject({ class: 'transient', code: 'TimeoutError' });
  });

  it('sends nothing once it is aborted', async () => {
    const { faults } = await cloud.launch(aLaunch(), AbortSignal.abort());
    expect(faults[0]).toMatchObject({ class: 'transient' });
    expect(fake.callsOf('CreateFleet')).toHaveLength(0);
  });

  it('adopts the instance when the token was used with other parameters', async () => {
    fake.answers('CreateFleet', { code: 'IdempotentParameterMismatch', status: 400 });
    fake.answers('DescribeInstances', { xml: instancesXml([{ id: 'i-7', operation: 'op-1', spot: true }]) });
    const { instance, faults } = await cloud.launch(aLaunch(), signal);
    expect(instance).toMatchObject({ id: 'i-7', operationId: 'op-1', lifecycle: 'spot' });
    expect(faults[0]?.class).toBe('token-mismatch');
    const [call] = fake.callsOf('DescribeInstances');
    expect(call!.fields.get('Filter.1.Name')).toBe('tag:smartscale.dev/operation');
    expect(call!.fields.get('Filter.1.Value.1')).toBe('op-1');
  });

  it('looks a used token up by the token when no instance carries the operation, and buys nothing', async () => {
    fake.answers('CreateFleet', { code: 'IdempotentParameterMismatch', status: 400 });
    fake.answers('DescribeInstances', { xml: instancesXml([]) });
    const { instance, faults } = await cloud.launch(aLaunch(), signal);
    expect(instance).toBeUndefined();
    expect(faults[0]?.class).toBe('token-mismatch');
    expect(fake.callsOf('DescribeInstances').at(-1)!.fields.get('Filter.1.Name')).toBe('client-token');
    expect(fake.callsOf('CreateFleet')).toHaveLength(1);
  });

  it('says transient when a used token cannot be looked up', async () => {
    fake.answers('CreateFleet', { code: 'IdempotentParameterMismatch', status: 400 });
    fake.answers('DescribeInstances', { code: 'UnauthorizedOperation', status: 403 });
    const { faults } = await cloud.launch(aLaunch(), signal);
    expect(faults[0]).toMatchObject({ class: 'transient', code: 'UnauthorizedOperation' });
    expect(world.warnings).toHaveLength(1);
  });

  it('uses a subnet with free addresses, one a zone', async () => {
    fake.answers('DescribeSubnets', {
      xml: subnetsXml(['subnet-a', ZONE_A, 0], ['subnet-a2', ZONE_A, 9], ['subnet-b', ZONE_B, 9]),
    });
    fake.answers('CreateFleet', {
      xml: fleetXml({ instance: { id: 'i-1', type: 't3.small', subnet: 'subnet-a2' } }),
    });
    const { instance } = await cloud.launch(aLaunch(), signal);
    expect(valuesOf(fake.callsOf('CreateFleet')[0]!, /SubnetId$/)).toEqual(['subnet-a2', 'subnet-b']);
    expect(instance?.zone).toBe(ZONE_A);
  });

  it('names the same subnet when a token is repeated, also when that one is full by then', async () => {
    const subnetsOf = (free: Readonly<Record<string, number>>) =>
      subnetsXml(...Object.entries(free).map(([id, count]) => [id, ZONE_A, count] as const));
    fake.answers('DescribeSubnets', { xml: subnetsOf({ 'subnet-a': 9, 'subnet-a2': 9 }) });
    fake.answers('CreateFleet', 'cut', { xml: fleetXml({ errors: [{ code: 'InternalError' }] }) });
    const offerings = [`t3.small/${ZONE_A}/spot`] as const;
    await cloud.launch(aLaunch({ offerings }), signal);
    const subnetOfCall = (at: number) => valuesOf(fake.callsOf('CreateFleet')[at]!, /SubnetId$/);
    const [chosen = ''] = subnetOfCall(0);
    fake.answers('DescribeSubnets', { xml: subnetsOf({ 'subnet-a': 9, 'subnet-a2': 9, [chosen]: 0 }) });
    world.clock.ms += 60_000;
    await cloud.launch(aLaunch({ offerings }), signal);
    expect(subnetOfCall(1)).toEqual([chosen]);
    await cloud.launch(aLaunch({ offerings, clientToken: 'token-2' }), signal);
    expect(subnetOfCall(2)).not.toEqual([chosen]);
  });

  it('reads the subnets again after one was full', async () => {
    fake.answers('CreateFleet', {
      xml: fleetXml({
        errors: [{ code: 'InsufficientFreeAddressesInSubnet', type: 't3.small', subnet: 'subnet-a' }],
      }),
    });
    await cloud.launch(aLaunch(), signal);
    await cloud.launch(aLaunch({ clientToken: 'token-2' }), signal);
    expect(fake.callsOf('DescribeSubnets')).toHaveLength(2);
  });

  it('refuses offerings in a zone without a subnet', async () => {
    const { faults } = await cloud.launch(aLaunch({ offerings: ['t3.small/ap-southeast-1c/spot'] }), signal);
    expect(faults[0]).toMatchObject({ class: 'configuration', code: 'NoSubnetInZone' });
  });
});
