import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SpotRequestStatus } from '../../../src/adapters/ec2/spot-request-status.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { FakeEc2, spotRequestsXml, valuesOf } from './fake-ec2.ts';

const signal = new AbortController().signal;

let fake: FakeEc2;
let clock: ManualClock;
let warnings: string[];
let status: SpotRequestStatus;

beforeEach(async () => {
  process.env['AWS_ACCESS_KEY_ID'] = 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
  fake = await FakeEc2.start();
  clock = new ManualClock();
  warnings = [];
  status = new SpotRequestStatus(
    { region: 'ap-southeast-1', endpoint: fake.url },
    { clock, warn: (message) => warnings.push(message) },
  );
});

afterEach(async () => {
  status.close();
  await fake.stop();
});

const iso = (ms: number) => new Date(ms).toISOString();
type Marks = Parameters<typeof spotRequestsXml>;
const answers = (...requests: Marks) =>
  fake.answers('DescribeSpotInstanceRequests', { xml: spotRequestsXml(...requests) });

/** What it says once it may ask again, and how long it waited for that. */
async function next() {
  const receiving = status.receive(signal);
  const [waitedMs = 0] = clock.sleepsMs();
  clock.advance(waitedMs);
  return { waitedMs, messages: await receiving };
}

describe('spot warnings from the list of spot requests', () => {
  it('are those that EC2 marks to be taken back, two minutes from the mark (R79)', async () => {
    const atMs = clock.now() - 20_000;
    answers({ id: 'sir-1', instance: 'i-1', markedAt: iso(atMs) }, { id: 'sir-2' });
    expect((await next()).messages).toEqual([
      {
        id: 'spot-request/sir-1',
        receipt: 'spot-request/sir-1',
        interruptions: [{ kind: 'spot-warning', instanceId: 'i-1', atMs, effectiveAtMs: atMs + 120_000 }],
      },
    ]);
    const [call] = fake.callsOf('DescribeSpotInstanceRequests');
    if (call === undefined) throw new Error('EC2 was not asked');
    expect(valuesOf(call, /^Filter\.1\.(Name|Value)/)).toEqual([
      'status-code',
      'marked-for-termination',
      'marked-for-stop',
    ]);
  });

  it('come again until they are acknowledged, every 15 s', async () => {
    answers({ id: 'sir-1', instance: 'i-1', markedAt: iso(clock.now()) });
    expect((await next()).messages).toHaveLength(1);
    expect(await next()).toMatchObject({ waitedMs: 15_000, messages: [{ id: 'spot-request/sir-1' }] });
    await status.acknowledge(['spot-request/sir-1']);
    expect((await next()).messages).toEqual([]);
  });

  it('are now when their time is in the future, and none when the mark is old', async () => {
    answers(
      { id: 'sir-1', instance: 'i-1', markedAt: iso(clock.now() + 3_600_000) },
      { id: 'sir-2', instance: 'i-2', markedAt: iso(clock.now() - 301_000) },
    );
    expect((await next()).messages.flatMap(({ interruptions }) => interruptions)).toMatchObject([
      { instanceId: 'i-1', atMs: clock.now() },
    ]);
  });

  it('are none while EC2 refuses: told once, asked again after a minute, and never an error', async () => {
    const refused = { code: 'UnauthorizedOperation', status: 403 };
    fake.answers('DescribeSpotInstanceRequests', refused, refused, { xml: spotRequestsXml() }, refused);
    expect((await next()).messages).toEqual([]);
    expect(await next()).toEqual({ waitedMs: 60_000, messages: [] });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('spot warnings come from the queue alone');
    await next();
    await next();
    expect(warnings).toHaveLength(2);
  });

  it('end at once when nobody waits any more', async () => {
    answers();
    await next();
    const abort = new AbortController();
    const receiving = status.receive(abort.signal);
    abort.abort();
    expect(await receiving).toEqual([]);
    expect(fake.calls).toHaveLength(1);
  });
});
