import type { Announcement } from '../../../model/interruption.ts';
import type { CordonMark } from '../../../model/node.ts';

/** Our mark on a node that we cordoned; its value is `OPERATIONID@ISO-8601 time`. */
export const CORDON_ANNOTATION = 'smartscale.dev/cordoned-by';

/** What AWS announced of a node's machine: `KIND@time`, or `KIND@time/time of the event`, separated by commas. */
export const ANNOUNCED_ANNOTATION = 'smartscale.dev/announced';

/** Our annotation on a pod or a node that must not be disrupted. */
export const DO_NOT_DISRUPT = 'smartscale.dev/do-not-disrupt';
/** The same annotation of Karpenter. */
export const KARPENTER_DO_NOT_DISRUPT = 'karpenter.sh/do-not-disrupt';
/** On pods only, either way: `false` forbids, `true` allows what a rule would forbid. */
export const SAFE_TO_EVICT = 'cluster-autoscaler.kubernetes.io/safe-to-evict';

/** Cluster Autoscaler's annotation on a node that must not be removed. */
export const SCALE_DOWN_DISABLED = 'cluster-autoscaler.kubernetes.io/scale-down-disabled';
/**
 * On a Deployment with a single replica (which notes it on its ReplicaSets): `evict` lets the pod be moved with an interruption, `surge`
 * once a new one is ready.
 */
export const MOVE = 'smartscale.dev/move';
/** On the pod template of a Deployment that we make replace its pod: the operation that the node goes by. */
export const MOVED_BY = 'smartscale.dev/moved-by';

export type Annotations = Readonly<Record<string, string>>;

/** Whether a node's annotations forbid to remove it. */
export function forbidsRemoval(annotations: Annotations): boolean {
  return forbidsDisruption(annotations) || annotations[SCALE_DOWN_DISABLED] === 'true';
}

/** Whether the annotations forbid disruption of the node or pod that carries them. */
export function forbidsDisruption(annotations: Annotations): boolean {
  return annotations[DO_NOT_DISRUPT] === 'true' || annotations[KARPENTER_DO_NOT_DISRUPT] === 'true';
}

/** The annotation's value for a mark. */
export function formatCordonMark(mark: CordonMark): string {
  return `${mark.operationId}@${new Date(mark.atMs).toISOString()}`;
}

/** The mark that the annotation's value says; a value without a readable time is a mark of time 0, so never lost. */
export function parseCordonMark(value: string): CordonMark {
  const at = value.lastIndexOf('@');
  if (at === -1) return { operationId: value, atMs: 0 };
  const atMs = Date.parse(value.slice(at + 1));
  return { operationId: value.slice(0, at), atMs: Number.isNaN(atMs) ? 0 : atMs };
}

const ANNOUNCEMENT = /^(spot-warning|rebalance|maintenance)@([^/]+)(?:\/(.+))?$/;

/** The annotation's value for what was announced. */
export function formatAnnouncements(announced: readonly Announcement[]): string {
  return announced
    .map(({ kind, atMs, effectiveAtMs }) => {
      const effective = effectiveAtMs === undefined ? '' : `/${new Date(effectiveAtMs).toISOString()}`;
      return `${kind}@${new Date(atMs).toISOString()}${effective}`;
    })
    .join(',');
}

/** What the annotation's value says was announced; parts that cannot be read are left out. */
export function parseAnnouncements(value: string): readonly Announcement[] {
  return value.split(',').flatMap((part): readonly Announcement[] => {
    const [, kind, at = '', effective] = ANNOUNCEMENT.exec(part.trim()) ?? [];
    const atMs = Date.parse(at);
    const effectiveAtMs = effective === undefined ? undefined : Date.parse(effective);
    if (kind === undefined || Number.isNaN(atMs) || Number.isNaN(effectiveAtMs)) return [];
    const announcement = { kind: kind as Announcement['kind'], atMs };
    return [effectiveAtMs === undefined ? announcement : { ...announcement, effectiveAtMs }];
  });
}
