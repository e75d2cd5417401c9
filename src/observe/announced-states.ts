import type { Instance, InstanceState } from '../model/instance.ts';
import type { Interruption } from '../model/interruption.ts';

/** An instance goes through these in this order, and never back but by a person's hand. */
const ORDER: readonly InstanceState[] = [
  'pending',
  'running',
  'stopping',
  'stopped',
  'shutting-down',
  'terminated',
];

/** States that a machine of the warm pool leaves again: an announcement of them may be older than its start. */
const TRANSITIONAL: ReadonlySet<InstanceState> = new Set(['stopping', 'stopped']);

/** EC2's list with the states that were announced meanwhile: a list of some seconds ago does not know them yet. */
export function withAnnouncedStates(
  instances: readonly Instance[],
  interruptions: readonly Interruption[],
): readonly Instance[] {
  const states = new Map<string, InstanceState>();
  for (const { instanceId, state } of interruptions) {
    const before = states.get(instanceId);
    if (state !== undefined && (before === undefined || isLater(state, before)))
      states.set(instanceId, state);
  }
  if (states.size === 0) return instances;
  return instances.map((instance) => {
    const state = states.get(instance.id);
    if (state === undefined || !isLater(state, instance.state)) return instance;
    return instance.isWarm === true && TRANSITIONAL.has(state) ? instance : { ...instance, state };
  });
}

function isLater(state: InstanceState, than: InstanceState): boolean {
  return ORDER.indexOf(state) > ORDER.indexOf(than);
}
