import { describe, expect, it } from '@jest/globals';
import { launchPauseOf } from '../../../src/decide/state/launch-pause.ts';
import { unavailableOfferings } from '../../../src/decide/state/unavailable-offerings.ts';
import type { OfferingKey } from '../../../src/model/offering.ts';
import type { LaunchFault } from '../../../src/model/operation.ts';
import { aLaunch } from '../../builders/fleet.ts';
import { aPolicy } from '../../builders/policy.ts';

const NOW = 100_000_000;
const policy = aPolicy().policy.launch;
const digest = aPolicy().identity.digest;
const small: OfferingKey = 't3.small/ap-southeast-1a/spot';
const other: OfferingKey = 't3a.small/ap-southeast-1a/spot';
const onDemand: OfferingKey = 't3.small/ap-southeast-1a/on-demand';

function fault(parts: Partial<LaunchFault>): LaunchFault {
  return {
    class: 'capacity',
    code: 'Code',
    message: 'words',
    offerings: [small],
    atMs: NOW - 60_000,
    ...parts,
  };
}

function failed(endedAtMs: number, underDigest = digest) {
  const identity = { digest: underDigest, revision: undefined };
  return aLaunch({ id: `f-${endedAtMs}`, step: 'failed', instanceId: 'i-x', endedAtMs, policy: identity });
}

describe('an offering rests', () => {
  const unavailable = (faults: readonly LaunchFault[], key: OfferingKey, success?: number) => {
    const bought = success === undefined ? {} : { offering: key, launchedAtMs: success };
    return unavailableOfferings(
      [aLaunch({ step: 'failed', faults, offerings: [small], ...bought })],
      policy,
      NOW,
    )(key);
  };

  it('three minutes after a lack of capacity, and no other offering with it', () => {
    expect(unavailable([fault({})], small)).toEqual({ untilMs: NOW + 120_000, why: 'no capacity' });
    expect(unavailable([fault({})], other)).toBeUndefined();
    expect(unavailable([fault({ atMs: NOW - 180_000 })], small)).toBeUndefined();
  });

  it('twice as long after each further failure, at most an hour', () => {
    const twice = [fault({ atMs: NOW - 400_000 }), fault({})];
    expect(unavailable(twice, small)?.untilMs).toBe(NOW - 60_000 + 360_000);
    const often = Array.from({ length: 9 }, (_, i) => fault({ atMs: NOW - 9 + i }));
    expect(unavailable(often, small)?.untilMs).toBe(NOW - 1 + 3_600_000);
  });

  it('no more after it was bought', () => {
    expect(unavailable([fault({})], small, NOW - 30_000)).toBeUndefined();
  });

  it('with all spot when spot itself is refused', () => {
    const refused = [fault({ class: 'spot-only', offerings: [] })];
    expect(unavailable(refused, other)?.why).toBe('spot refused');
    expect(unavailable(refused, onDemand)).toBeUndefined();
  });

  it('ten minutes with all of its lifecycle when a quota is reached', () => {
    const quota = [fault({ class: 'quota', offerings: [onDemand] })];
    expect(unavailable(quota, onDemand)?.untilMs).toBe(NOW + 540_000);
    expect(unavailable(quota, small)).toBeUndefined();
  });

  it('as all that the call asked for when the fault names none', () => {
    expect(unavailable([fault({ offerings: [] })], small)?.untilMs).toBe(NOW + 120_000);
  });

  it('from now on when the fault is stamped in the future', () => {
    expect(unavailable([fault({ atMs: NOW + 3_600_000 })], small)?.untilMs).toBe(NOW + 180_000);
  });
});

describe('launching pauses', () => {
  const pause = (operations: Parameters<typeof launchPauseOf>[0]) =>
    launchPauseOf(operations, policy, { nowMs: NOW, digest });

  it('a minute after a machine that never joined, twice as long after the next', () => {
    expect(pause([failed(NOW - 30_000)])?.untilMs).toBe(NOW + 30_000);
    expect(pause([failed(NOW - 400_000), failed(NOW - 30_000)])?.untilMs).toBe(NOW + 90_000);
    expect(pause([failed(NOW - 61_000)])).toBeUndefined();
  });

  it('half an hour after three in a row, and says that it stopped', () => {
    const three = [failed(NOW - 900_000), failed(NOW - 500_000), failed(NOW - 30_000)];
    expect(pause(three)).toMatchObject({
      untilMs: NOW - 30_000 + 1_800_000,
      reason: { code: 'launching-stopped' },
    });
  });

  it('only shortly when the failures happened under another policy', () => {
    const three = [900_000, 500_000, 30_000].map((ago) => failed(NOW - ago, 'sha256:other'));
    expect(pause(three)?.untilMs).toBe(NOW + 30_000);
  });

  it('no more once a launch became ready', () => {
    const ready = aLaunch({ step: 'ready', instanceId: 'i-y', endedAtMs: NOW - 10_000 });
    expect(pause([failed(NOW - 30_000), ready])).toBeUndefined();
  });

  it('not for launches that got no machine at all', () => {
    expect(pause([aLaunch({ step: 'failed', endedAtMs: NOW - 1_000 })])).toBeUndefined();
  });

  it('ten minutes after a denied call, and names what a person must mend', () => {
    const faults = [fault({ class: 'authorization', code: 'UnauthorizedOperation' })];
    const held = pause([aLaunch({ step: 'failed', faults })]);
    expect(held?.untilMs).toBe(NOW + 540_000);
    expect(held?.reason.text).toContain('UnauthorizedOperation');
  });

  it('after a wrong configuration under this policy, and not under another', () => {
    const faults = [fault({ class: 'configuration' })];
    const ours = aLaunch({ step: 'failed', faults, policy: { digest, revision: undefined } });
    expect(pause([ours])?.reason.code).toBe('launch-configuration');
    expect(pause([aLaunch({ step: 'failed', faults })])).toBeUndefined();
  });
});
