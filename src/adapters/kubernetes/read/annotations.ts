import type { CordonMark } from '../../../model/node.ts';

/** Our mark on a node that we cordoned; its value is `OPERATIONID@ISO-8601 time`. */
export const CORDON_ANNOTATION = 'smartscale.dev/cordoned-by';

/** A person's wish, on a pod or a node, not to be disrupted: ours. */
export const DO_NOT_DISRUPT = 'smartscale.dev/do-not-disrupt';
/** The same wish as people who come from Karpenter write it. */
export const KARPENTER_DO_NOT_DISRUPT = 'karpenter.sh/do-not-disrupt';
/** On pods only, either way: `false` forbids, `true` allows what a rule would forbid. */
export const SAFE_TO_EVICT = 'cluster-autoscaler.kubernetes.io/safe-to-evict';

export type Annotations = Readonly<Record<string, string>>;

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
