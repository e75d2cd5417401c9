import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Ec2Cloud } from '../../../src/adapters/ec2/ec2-cloud.ts';
import { until } from '../kubernetes/until.ts';
import { type Ec2World, NOW_MS, startEc2World, ZONE_A, ZONE_B } from './ec2-world.ts';
import { type FakeEc2, fleetXml, instancesXml, spotXml, subnetsXml, valuesOf } from './fake-ec2.ts';

const signal = new AbortController().signal;
const AT = '2026-11-24T09:00:00.000Z';

let world: Ec2World;
let fake: FakeEc2;
let cloud: Ec2Cloud;

beforeEach(async () => {
  world = await startEc2World();
  ({ fake, cloud } = world);
});

afterEach(() => world.stop());

describe('listing instances', () => {
  it('reads all pages of the cluster, with operation, lifecycle, price and state', async () => {
    fake.answers(
      'DescribeInstances',
      { xml: instancesXml([{ id: 'i-1', operation: 'op-1' }], 'page-2') },
      {
        xml: instancesXml([
          { id: 'i-2', state: 'terminated', spot: true, stateReason: 'Client.InternalError' },
        ]),
      },
    );
    expect(await cloud.instances(signal)).toEqual([
      {
        id: 'i-1',
        type: 't3.small',
        zone: ZONE_A,
        lifecycle: 'on-demand',
        state: 'running',
        launchedAtMs: NOW_MS,
        operationId: 'op-1',
        priceUsdPerHour: 0.0264,
      },
      expect.objectContaining({
        id: 'i-2',
        lifecycle: 'spot',
        state: 'terminated',
        operationId: undefined,
        stateReason: 'Client.InternalError',
        priceUsdPerHour: undefined,
      }),
    ]);
    const [first, second] = fake.callsOf('DescribeInstances');
    expect(first!.fields.get('Filter.1.Name')).toBe('tag:Cluster');
    expect(first!.fields.get('Filter.1.Value.1')).toBe('prod');
    expect(valuesOf(first!, /Filter\.2\.Value/)).toContain('pending');
    expect(second!.fields.get('NextToken')).toBe('page-2');
  });

  it('asks at each call, and gives up when the caller does', async () => {
    fake.answers('DescribeInstances', { xml: instancesXml([{ id: 'i-1' }]) });
    await cloud.instances(signal);
    await cloud.instances(signal);
    expect(fake.callsOf('DescribeInstances')).toHaveLength(2);
    await expect(cloud.instances(AbortSignal.abort())).rejects.toMatchObject({ retry: 'transient' });
  });

  it('repeats a read that failed on the side of EC2', async () => {
    fake.answers(
      'DescribeInstances',
      { code: 'InternalError', status: 500 },
      { xml: instancesXml([{ id: 'i-1' }]) },
    );
    expect(await cloud.instances(signal)).toHaveLength(1);
  });

  it('fails with the next step when it may not ask, and asks again the next time', async () => {
    fake.answers(
      'DescribeInstances',
      { code: 'UnauthorizedOperation', status: 403 },
      { xml: instancesXml([]) },
    );
    await expect(cloud.instances(signal)).rejects.toMatchObject({
      name: 'PortError',
      retry: 'authorization',
      code: 'UnauthorizedOperation',
      message: expect.stringContaining('docs/aws.md'),
    });
    expect(await cloud.instances(signal)).toEqual([]);
  });
});

describe('the warm pool', () => {
  const WARM = { 'smartscale.dev/warm-pool': 'true' };

  it('is told by its tag, and what an earlier version of the launch template made by another', async () => {
    fake.answers('DescribeInstances', {
      xml: instancesXml([
        { id: 'i-1', state: 'stopped', tags: { ...WARM, 'smartscale.dev/launch-template': 'lt-1:7' } },
        { id: 'i-2', state: 'stopped', tags: { ...WARM, 'smartscale.dev/launch-template': 'lt-1:6' } },
        { id: 'i-3', state: 'stopped' },
      ]),
    });
    const listed = await cloud.instances(signal);
    expect(listed.map(({ id, isWarm, isOutdated }) => [id, isWarm, isOutdated])).toEqual([
      ['i-1', true, undefined],
      ['i-2', true, true],
      ['i-3', undefined, undefined],
    ]);
  });

  it('is launched with the tag of its launch template, which other launches do not carry', async () => {
    fake.answers('CreateFleet', {
      xml: fleetXml({ instance: { id: 'i-1', type: 't3.small', subnet: 'subnet-a' } }),
    });
    const request = {
      clientToken: 't',
      operationId: 'op',
      offerings: [`t3.small/${ZONE_A}/on-demand` as const],
    };
    const made = await cloud.launch({ ...request, tags: WARM }, signal);
    expect(made.instance?.isWarm).toBe(true);
    await cloud.launch({ ...request, tags: {} }, signal);
    const tags = fake
      .callsOf('CreateFleet')
      .map((call) => valuesOf(call, /Tag\.\d+\.(Key|Value)$/).join(' '));
    expect(tags[0]).toContain('smartscale.dev/launch-template lt-1:7');
    expect(tags[1]).not.toContain('launch-template');
  });

  it('starts an instance, and says of a refusal how it must be treated', async () => {
    fake.answers(
      'StartInstances',
      { xml: '<instancesSet/>' },
      { code: 'InsufficientInstanceCapacity', status: 500 },
      { code: 'InvalidInstanceID.NotFound', status: 400 },
      { code: 'UnauthorizedOperation', status: 403 },
      { code: 'IncorrectInstanceState', status: 400 },
    );
    const faults = [];
    for (let i = 0; i < 5; i += 1) faults.push(await cloud.start('i-1', signal));
    expect(faults.map((fault) => fault?.class)).toEqual([
      undefined,
      'capacity',
      'configuration',
      'authorization',
      'transient',
    ]);
    const [call] = fake.callsOf('StartInstances');
    expect(valuesOf(call!, /InstanceId/)).toEqual(['i-1']);
  });

  it('stops an instance once more without complaint, also when it is gone', async () => {
    fake.answers(
      'StopInstances',
      { xml: '<instancesSet/>' },
      { code: 'InvalidInstanceID.NotFound', status: 400 },
      { code: 'UnauthorizedOperation', status: 403 },
    );
    await cloud.stop('i-1', signal);
    await cloud.stop('i-1', signal);
    await expect(cloud.stop('i-1', signal)).rejects.toMatchObject({ retry: 'authorization' });
  });
});

describe('offerings', () => {
  it('price spot by the newest row, not the cheapest, and on-demand by the catalogue', async () => {
    fake.answers('DescribeSpotPriceHistory', {
      xml: spotXml(
        ['t3.small', ZONE_A, '0.0100', '2026-11-23T08:00:00.000Z'],
        ['t3.small', ZONE_A, '0.0120', '2026-11-24T08:00:00.000Z'],
        ['t3.small', ZONE_A, '0.0090', '2026-11-22T08:00:00.000Z'],
        ['t3.small', ZONE_B, '0.0000', '2026-11-24T08:00:00.000Z'],
      ),
    });
    const offerings = await cloud.offerings({ types: ['t3.small'], zones: [ZONE_A, ZONE_B] }, signal);
    const prices = offerings.map((o) => [o.zone, o.lifecycle, o.priceUsdPerHour]);
    expect(prices).toEqual([
      [ZONE_A, 'on-demand', 0.0264],
      [ZONE_A, 'spot', 0.012],
      [ZONE_B, 'on-demand', 0.0264],
      [ZONE_B, 'spot', undefined],
    ]);
    expect(offerings[0]?.allocatable).toEqual({ cpuMillis: 1930, memoryMiB: 1374, pods: 110 });
  });

  it('wait for spot prices that another caller was the first to ask for', async () => {
    fake.answers('DescribeSpotPriceHistory', {
      xml: spotXml(['t3.small', ZONE_A, '0.0120', '2026-11-24T08:00:00.000Z']),
    });
    const wanted = { types: ['t3.small'], zones: [ZONE_A] };
    const both = await Promise.all([cloud.offerings(wanted, signal), cloud.offerings(wanted, signal)]);
    expect(both.map((offerings) => offerings[1]?.priceUsdPerHour)).toEqual([0.012, 0.012]);
    expect(fake.callsOf('DescribeSpotPriceHistory')).toHaveLength(1);
  });

  it('have no spot price while EC2 does not tell, and ask again later without waiting', async () => {
    fake.answers('DescribeSpotPriceHistory', { code: 'UnauthorizedOperation', status: 403 });
    const wanted = { types: ['t3.small'], zones: [ZONE_A] };
    const offerings = await cloud.offerings(wanted, signal);
    expect(offerings.map((o) => o.priceUsdPerHour)).toEqual([0.0264, undefined]);
    expect(world.warnings).toHaveLength(1);
    await cloud.offerings(wanted, signal);
    expect(fake.callsOf('DescribeSpotPriceHistory')).toHaveLength(1);
  });

  it('forget a spot price that is older than an hour', async () => {
    fake.answers(
      'DescribeSpotPriceHistory',
      { xml: spotXml(['t3.small', ZONE_A, '0.0120', '2026-11-24T08:00:00.000Z']) },
      { code: 'UnauthorizedOperation', status: 403 },
    );
    const wanted = { types: ['t3.small'], zones: [ZONE_A] };
    await cloud.offerings(wanted, signal);
    world.clock.ms += 3_600_001;
    const offerings = await cloud.offerings(wanted, signal);
    expect(offerings.map((o) => o.priceUsdPerHour)).toEqual([0.0264, undefined]);
  });

  describe('price a new type at once', () => {
    const wanting = (...types: readonly string[]) => cloud.offerings({ types, zones: [ZONE_A] }, signal);
    const spotPriceOf = async (type: string) =>
      (await wanting('t3.small', 't3a.small')).find((o) => o.type === type && o.lifecycle === 'spot')
        ?.priceUsdPerHour;

    beforeEach(async () => {
      fake.handles('DescribeSpotPriceHistory', (call) => {
        const types = valuesOf(call, /^InstanceType\.\d+$/);
        return { xml: spotXml(...types.map((type) => [type, ZONE_A, '0.01', AT] as const)) };
      });
      await wanting('t3.small');
    });

    it('that a policy adds while the prices of the others are being refreshed', async () => {
      world.clock.ms += 300_001;
      const refreshing = wanting('t3.small');
      expect(await spotPriceOf('t3a.small')).toBe(0.01);
      await refreshing;
      expect(await spotPriceOf('t3a.small')).toBe(0.01);
      expect(await spotPriceOf('t3.small')).toBe(0.01);
      expect(fake.callsOf('DescribeSpotPriceHistory')).toHaveLength(3);
    });

    it('a minute later when EC2 does not answer the first question about it', async () => {
      let isAway = true;
      fake.handles('DescribeSpotPriceHistory', (call) => {
        if (isAway) return { code: 'UnauthorizedOperation', status: 403 };
        const types = valuesOf(call, /^InstanceType\.\d+$/);
        return { xml: spotXml(...types.map((type) => [type, ZONE_A, '0.01', AT] as const)) };
      });
      expect(await spotPriceOf('t3a.small')).toBeUndefined();
      isAway = false;
      expect(await spotPriceOf('t3a.small')).toBeUndefined();
      expect(fake.callsOf('DescribeSpotPriceHistory')).toHaveLength(2);
      world.clock.ms += 60_000;
      await wanting('t3.small', 't3a.small');
      await until(() => fake.callsOf('DescribeSpotPriceHistory').length === 3);
      await world.cloud.consoleOutput('i-1', signal).catch(() => undefined);
      expect(await spotPriceOf('t3a.small')).toBe(0.01);
    });
  });

  it('ask EC2 once for the size of a type that the catalogue does not have', async () => {
    fake.answers('DescribeInstanceTypes', {
      xml: '<instanceTypeSet><item><instanceType>x9g.large</instanceType><vCpuInfo><defaultVCpus>2</defaultVCpus></vCpuInfo><memoryInfo><sizeInMiB>8192</sizeInMiB></memoryInfo><processorInfo><supportedArchitectures><item>arm64</item></supportedArchitectures></processorInfo></item></instanceTypeSet>',
    });
    const wanted = { types: ['x9g.large', 'no.such'], zones: [ZONE_A] };
    const offerings = await cloud.offerings(wanted, signal);
    await cloud.offerings(wanted, signal);
    expect(offerings.map((o) => [o.type, o.arch, o.priceUsdPerHour])).toEqual([
      ['x9g.large', 'arm64', undefined],
      ['x9g.large', 'arm64', undefined],
    ]);
    expect(fake.callsOf('DescribeInstanceTypes')).toHaveLength(1);
  });

  it('leave out a zone without a subnet, and fail when no zone has one', async () => {
    const some = await cloud.offerings({ types: ['t3.small'], zones: [ZONE_A, 'ap-southeast-1c'] }, signal);
    expect(new Set(some.map((o) => o.zone))).toEqual(new Set([ZONE_A]));
    await expect(
      cloud.offerings({ types: ['t3.small'], zones: ['ap-southeast-1c'] }, signal),
    ).rejects.toMatchObject({
      retry: 'configuration',
      code: 'NoSubnetInZone',
    });
  });

  it('fail with the tag to set when no subnet carries it', async () => {
    fake.answers('DescribeSubnets', { xml: subnetsXml() });
    await expect(cloud.offerings({ types: ['t3.small'], zones: [ZONE_A] }, signal)).rejects.toThrow(
      /smartscale=prod/,
    );
  });
});

describe('terminating', () => {
  it('is content when the instance is gone already', async () => {
    fake.answers('TerminateInstances', { code: 'InvalidInstanceID.NotFound', status: 400 });
    await expect(cloud.terminate(['i-1'], signal)).resolves.toBeUndefined();
  });

  it('asks one by one when EC2 does not know one of several', async () => {
    fake.answers(
      'TerminateInstances',
      { code: 'InvalidInstanceID.NotFound', status: 400 },
      { xml: '<instancesSet/>' },
    );
    await cloud.terminate(['i-1', 'i-2'], signal);
    expect(fake.callsOf('TerminateInstances').map((call) => valuesOf(call, /InstanceId/))).toEqual([
      ['i-1', 'i-2'],
      ['i-1'],
      ['i-2'],
    ]);
  });

  it('says what to do about an instance that is protected', async () => {
    fake.answers('TerminateInstances', { code: 'OperationNotPermitted', status: 400 });
    await expect(cloud.terminate(['i-1'], signal)).rejects.toMatchObject({
      retry: 'configuration',
      message: expect.stringContaining('termination protection'),
    });
  });

  it('calls nothing for no instances', async () => {
    await cloud.terminate([], signal);
    expect(fake.calls).toHaveLength(0);
  });
});

describe('console output', () => {
  const output = (text: string) => ({ xml: `<output>${Buffer.from(text).toString('base64')}</output>` });

  it('is the text with join tokens blotted out', async () => {
    fake.answers('GetConsoleOutput', output(`k3s agent --token abcdef.0123456789abcdef\nx509: expired\n`));
    expect(await cloud.consoleOutput('i-1', signal)).toBe('k3s agent --token [token]\nx509: expired');
  });

  it('is undefined when there is none or the instance is gone', async () => {
    fake.answers('GetConsoleOutput', { xml: '' }, { code: 'InvalidInstanceID.NotFound', status: 400 });
    expect(await cloud.consoleOutput('i-1', signal)).toBeUndefined();
    expect(await cloud.consoleOutput('i-1', signal)).toBeUndefined();
  });

  it('is that of the boot where EC2 has no later one', async () => {
    fake.answers('GetConsoleOutput', { code: 'UnsupportedOperation', status: 400 }, output('login:'));
    expect(await cloud.consoleOutput('i-1', signal)).toBe('login:');
  });
});
