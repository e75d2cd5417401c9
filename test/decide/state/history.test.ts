import { describe, expect, it } from '@jest/globals';
import { buildDecisionContext } from '../../../src/decide/state/decision-context.ts';
import { launchPauseOf } from '../../../src/decide/state/launch-pause.ts';
import { unavailableOfferings } from '../../../src/decide/state/unavailable-offerings.ts';
import type { OfferingKey } from '../../../src/model/offering.ts';
import type { LaunchFault, Operation } from '../../../src/model/operation.ts';
import { aLaunch, aRemoval } from '../../builders/fleet.ts';
import { aPolicy } from '../../builders/policy.ts';
import { aSnapshot } from '../../builders/snapshot.ts';

const NOW = 100_000_000;
const { policy } = aPolicy();
/** A policy that names nothing else to try. */
const onePool = {
  ...policy,
  instances: { ...policy.instances, types: ['t3.small'], zones: ['ap-southeast-1a'] },
};
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
      { nowMs: NOW },
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

  it('three minutes after EC2 took a machine of it back, from the warning on, and until one is bought there', () => {
    const removal = aRemoval({ createdAtMs: NOW - 60_000, interruption: 'spot-warning', reclaimed: small });
    const until = (operations: readonly Operation[], atMs?: number) =>
      unavailableOfferings(operations, policy, {
        nowMs: NOW,
        takenBack: atMs === undefined ? [] : [{ key: small, atMs }],
      });
    expect(until([removal])(small)).toEqual({ untilMs: NOW + 120_000, why: 'spot taken back' });
    expect(until([removal])(other)).toBeUndefined();
    expect(until([], NOW)(small)?.untilMs).toBe(NOW + 180_000);
    const bought = aLaunch({ step: 'launched', offering: small, launchedAtMs: NOW - 30_000 });
    expect(until([removal, bought])(small)).toBeUndefined();
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

describe('after machines that did not join', () => {
  const [inA, inB] = ['t3.small/ap-southeast-1a/spot', 't3.small/ap-southeast-1b/spot'] as const;
  const otherInA: OfferingKey = 't3a.small/ap-southeast-1a/on-demand';
  const otherInB: OfferingKey = 't3a.small/ap-southeast-1b/spot';
  type End = readonly [OfferingKey, endedAgoMs: number, joined?: 'joined'];
  const operations = (ends: readonly End[]) =>
    ends.map(([offering, agoMs, joined]) => ({
      ...failed(NOW - agoMs),
      offering,
      ...(joined !== undefined && { step: 'ready' as const }),
    }));
  const rest = (key: OfferingKey, ...ends: readonly End[]) =>
    unavailableOfferings(operations(ends), policy, { nowMs: NOW })(key);
  const unproven = (key: OfferingKey, ...ends: readonly End[]) =>
    buildDecisionContext(aPolicy(), aSnapshot({ operations: operations(ends) }), { nowMs: NOW }).isUnproven(
      key,
    );

  it('their zone rests for a minute with all its types, and no other zone', () => {
    const why = 'machines in ap-southeast-1a did not join';
    expect(rest(inA, [inA, 30_000])).toEqual({ untilMs: NOW + 30_000, why });
    expect(rest(otherInA, [inA, 30_000])?.why).toBe(why);
    expect(rest(inB, [inA, 30_000])).toBeUndefined();
    expect(rest(inA, [inA, 61_000])).toBeUndefined();
  });

  it('it rests twice as long after each further one, at most an hour, and no more once one joined there', () => {
    expect(rest(inA, [inA, 400_000], [inA, 30_000])?.untilMs).toBe(NOW + 90_000);
    const often = Array.from({ length: 9 }, (_, i): End => [inA, 9 - i]);
    expect(rest(inA, ...often)?.untilMs).toBe(NOW - 1 + 3_600_000);
    expect(rest(inA, ...often, [otherInA, 0, 'joined'])).toBeUndefined();
    expect(rest(inA, ...often, [inB, 0, 'joined'])?.untilMs).toBe(NOW - 1 + 3_600_000);
  });

  it('their type rests instead of the zones once it failed in two of them', () => {
    const both: readonly End[] = [
      [inA, 40_000],
      [inB, 30_000],
    ];
    expect(rest(inA, ...both)?.why).toBe('machines of type t3.small did not join');
    expect(rest(otherInA, ...both)).toBeUndefined();
    expect(rest(inB, ...both, [inB, 0, 'joined'])).toBeUndefined();
    expect(rest(otherInA, ...both, [otherInA, 0])?.why).toBe('machines in ap-southeast-1a did not join');
  });

  it('others are asked for first for four times as long, once two in a row did not join', () => {
    expect(unproven(inA, [inA, 61_000])).toBe(false);
    const two: readonly End[] = [
      [inA, 500_000],
      [inA, 479_000],
    ];
    expect(unproven(inA, ...two)).toBe(true);
    expect(unproven(otherInB, ...two)).toBe(false);
    expect(unproven(inA, [inA, 500_000], [inA, 480_000])).toBe(false);
  });
});

describe('launching pauses', () => {
  const pause = (operations: Parameters<typeof launchPauseOf>[0]) =>
    launchPauseOf(operations, onePool, { nowMs: NOW, digest });

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

  it('not where one zone or one type explains the failures, and there are others', () => {
    const inARow = (...offerings: readonly OfferingKey[]) =>
      launchPauseOf(
        offerings.map((offering, i) => ({ ...failed(NOW - 30_000 + i), offering })),
        policy,
        { nowMs: NOW, digest },
      );
    const [here, there] = ['t3.small/ap-southeast-1a/spot', 't3.small/ap-southeast-1b/spot'] as const;
    const otherType = 't3a.small/ap-southeast-1b/spot';
    expect(inARow(here, here, here)).toBeUndefined();
    expect(inARow(here, there, here)).toBeUndefined();
    expect(inARow(here, there, otherType)?.reason.code).toBe('launching-stopped');
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
