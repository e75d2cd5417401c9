/**
 * Kubernetes Events of what the autoscaler does.
 * What the other rooms use of `events/`; they import it from here alone.
 */

export { type EventObject, KubernetesEvents } from './events/kubernetes-events.ts';
