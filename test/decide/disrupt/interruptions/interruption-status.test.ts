import { describe, expect, it } from '@jest/globals';
import { interruptionStatusOf } from '../../../../src/decide/disrupt/interruptions/interruption-status.ts';
import type { Interruption } from '../../../../src/model/interruption.ts';
import { STARTUP_TAINT_KEY } from '../../../../src/model/node.ts';
import type { Operation } from '../../../../src/model/operation.ts';
import type { Snapshot } from '../../../../src/model/snapshot.ts';
import { aLaunch, aNode, anInstance, aRemoval } from '../../../builders/fleet.ts';
import { anInterruption } from '../../../builders/interruption.ts';
import { aPolicy } from '../../../builders/policy.ts';
import { aSnapshot } from '../../../builders/snapshot.ts';

const hint = anInterruption({ kind: 'rebalance' });

function status(
  interruption: Interruption,
  operations: readonly Operation[] = [],
  {
    snapshot = {},
    policy = {},
    nowMs = 1_000,
  }: { snapshot?: Partial<Snapshot>; policy?: object; nowMs?: number } = {},
) {
  const seen = aSnapshot({ nodes: [aNode()], operations, ...snapshot });
  return interruptionStatusOf(interruption, { snapshot: seen, policy: aPolicy({ ...policy }).policy, nowMs });
}

describe('an announcement after a round', () => {
  it('is open until the ledger holds what follows from it', () => {
    expect(status(anInterruption())).toBe('open');
    expect(status(anInterruption(), [aRemoval({ step: 'draining' })])).toBe('open');
    expect(status(anInterruption(), [aRemoval({ interruption: 'spot-warning' })])).toBe('settled');
    expect(status(anInterruption(), [aRemoval({ step: 'terminating' })])).toBe('settled');
    expect(status(anInterruption(), [aLaunch({ instanceId: 'i-1', step: 'undoing' })])).toBe('settled');
  });

  it('is settled for a hint by the launch that replaces the node, and by any drain of it', () => {
    const replaces = { instanceId: 'i-1', interruption: 'rebalance' as const };
    expect(status(hint)).toBe('open');
    expect(status(hint, [aLaunch({ replaces })])).toBe('settled');
    expect(status(hint, [aRemoval({ step: 'draining' })])).toBe('settled');
    expect(status(hint, [], { policy: { spot: { rebalance: 'ignore' } } })).toBe('settled');
    expect(status(anInterruption(), [], { policy: { suspend: true } })).toBe('settled');
  });

  it('is foreign where neither the cluster, nor EC2, nor the ledger knows the instance', () => {
    const foreign = anInterruption({ instanceId: 'i-99' });
    expect(status(foreign)).toBe('foreign');
    expect(status(foreign, [aLaunch({ instanceId: 'i-99', step: 'launched' })])).toBe('open');
    const instances = { status: 'unknown' as const, why: 'throttled' };
    expect(status(foreign, [], { snapshot: { instances } })).toBe('open');
  });

  it('is settled for a machine that a person started: nothing follows from it (F46)', () => {
    const taints = [{ key: STARTUP_TAINT_KEY, value: '', effect: 'NoSchedule' as const }];
    const instances = { status: 'known' as const, value: [anInstance()] };
    const byHand = { nodes: [aNode({ taints })], instances };
    expect(status(anInterruption(), [], { snapshot: byHand })).toBe('settled');
    expect(status(hint, [], { snapshot: byHand })).toBe('settled');
    expect(status(hint, [], { snapshot: { nodes: [aNode()], instances } })).toBe('open');
  });

  it('is over once the machine is gone, or it has not come for long', () => {
    const gone = {
      nodes: [],
      instances: { status: 'known' as const, value: [anInstance({ state: 'terminated' })] },
    };
    expect(status(anInterruption(), [], { snapshot: gone })).toBe('over');
    expect(status(anInterruption(), [], { nowMs: 240_000 })).toBe('over');
    expect(status(hint, [], { nowMs: 3_600_000 })).toBe('over');
    const stopped = anInterruption({ kind: 'state-change', state: 'stopped' });
    expect(status(stopped)).toBe('settled');
    expect(status(stopped, [], { nowMs: 60_000 })).toBe('over');
    const maintenance = anInterruption({ kind: 'maintenance' });
    expect(status(maintenance, [], { nowMs: 86_400_000 })).toBe('open');
  });
});
