/**
 * Projections: Kubernetes objects as the model's nodes, pods and budgets, joined to one view.
 * What the other rooms use of `read/`; they import it from here alone.
 */

export {
  ANNOUNCED_ANNOTATION,
  CORDON_ANNOTATION,
  MOVED_BY,
  formatAnnouncements,
  formatCordonMark,
  parseAnnouncements,
  parseCordonMark,
} from './read/annotations.ts';
export { KubernetesView } from './read/kubernetes-view.ts';
export { type PodRecord, podResource } from './read/pod-resource.ts';
export { parseQuantity } from './read/quantity.ts';
export { type RecordedObject, recordedView, UnreadableObject } from './read/recorded-view.ts';
