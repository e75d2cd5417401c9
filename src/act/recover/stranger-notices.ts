import type { Reason } from '../../model/reason.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { strangersAmong } from '../../model/stranger.ts';
import type { NoticeSubject } from '../../ports.ts';

/** Something to tell people of a machine. */
export interface StrangerNotice {
  readonly subject: NoticeSubject;
  readonly reason: Reason;
}

/** Tells of each machine that somebody added by hand, once for as long as it is there. */
export class StrangerNotices {
  #told: ReadonlySet<string> = new Set();

  /** What has not been told yet; nothing while EC2 does not say what runs. */
  news({ instances, nodes }: Pick<Snapshot, 'instances' | 'nodes'>): readonly StrangerNotice[] {
    if (instances.status === 'unknown') return [];
    const strangers = strangersAmong(instances.value, nodes);
    const fresh = strangers.filter(({ instance }) => !this.#told.has(instance.id));
    this.#told = new Set(strangers.map(({ instance }) => instance.id));
    return fresh.map(({ instance: { id, type, lifecycle, zone }, node }) => ({
      subject: node === undefined ? { kind: 'fleet' } : { kind: 'node', name: node.name },
      reason: {
        code: 'instance-by-hand',
        text: `Instance ${id} (${lifecycle} ${type} in ${zone}) carries this cluster's tag and none of a launch: it is left alone, counts towards nodes.max and holds no pods. Terminate it, or take the tag off.`,
        facts: { instance: id },
      },
    }));
  }
}
