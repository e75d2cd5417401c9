import type { Instance } from '../../model/instance.ts';
import { isAlive, isStoppedInPool } from '../../model/instance.ts';
import type { Snapshot } from '../../model/snapshot.ts';

/** Notices instances that went away though no operation of ours sent them: interrupted, or terminated by somebody. */
export class LostInstances {
  #listed: readonly Instance[] = [];
  #alive = new Map<string, Instance>();

  /** A sentence for each instance that was alive at the last snapshot and is lost in this one. */
  after(snapshot: Snapshot): readonly string[] {
    if (snapshot.instances.status !== 'known' || snapshot.instances.value === this.#listed) return [];
    this.#listed = snapshot.instances.value;
    const alive = new Map(snapshot.instances.value.filter(isAlive).map((i) => [i.id, i]));
    const asleep = new Set(snapshot.instances.value.filter(isStoppedInPool).map(({ id }) => id));
    const ours = new Set(
      snapshot.operations.filter(isDeliberateRemoval).map((operation) => operation.instanceId),
    );
    const losses = [...this.#alive.values()].filter(
      (i) => !alive.has(i.id) && !asleep.has(i.id) && !ours.has(i.id),
    );
    this.#alive = alive;
    return losses.map((i) => `lost ${i.id} (${i.type}, ${i.zone}, ${i.lifecycle})`);
  }
}

/** A removal that was given up left its instance running: when that one goes later, nobody here sent it. */
function isDeliberateRemoval(operation: Snapshot['operations'][number]): boolean {
  if (operation.kind === 'remove') return operation.step !== 'aborting' && operation.step !== 'aborted';
  return operation.step === 'undoing' || operation.step === 'failed';
}
