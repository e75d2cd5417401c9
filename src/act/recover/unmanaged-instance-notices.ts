import type { Reason } from '../../model/reason.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { unmanagedInstances } from '../../model/unmanaged-instance.ts';
import type { NoticeSubject } from '../../ports.ts';

/** A notice about one unmanaged instance. */
export interface UnmanagedInstanceNotice {
  readonly subject: NoticeSubject;
  readonly reason: Reason;
}

/** Reports each unmanaged instance once, as long as it exists. */
export class UnmanagedInstanceNotices {
  #notified: ReadonlySet<string> = new Set();

  /** Notices that were not returned before; none while the list of instances is unknown. */
  takeNew({ instances, nodes }: Pick<Snapshot, 'instances' | 'nodes'>): readonly UnmanagedInstanceNotice[] {
    if (instances.status === 'unknown') return [];
    const unmanaged = unmanagedInstances(instances.value, nodes);
    const fresh = unmanaged.filter(({ instance }) => !this.#notified.has(instance.id));
    this.#notified = new Set(unmanaged.map(({ instance }) => instance.id));
    return fresh.map(({ instance: { id, type, lifecycle, zone }, node }) => ({
      subject: node === undefined ? { kind: 'fleet' } : { kind: 'node', name: node.name },
      reason: {
        code: 'instance-by-hand',
        text: `Instance ${id} (${lifecycle} ${type} in ${zone}) has this cluster's tag but no launch's: it is unmanaged, counts towards nodes.max and runs no pods. Terminate it, or remove the tag.`,
        facts: { instance: id },
      },
    }));
  }
}
