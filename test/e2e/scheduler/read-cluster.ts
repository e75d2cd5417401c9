import { type RecordedObject, recordedView } from '../../../src/adapters/kubernetes/read.ts';
import { SystemClock } from '../../../src/adapters/system/system-clock.ts';
import type { ClusterView } from '../../../src/ports.ts';
import type { KubeObject } from '../harness/kube-client.ts';

/** What the product makes of objects that the API server has completed, by the same projections as in a live cluster. */
export function readCluster(objects: readonly KubeObject[]): Pick<ClusterView, 'pods' | 'daemons'> {
  return recordedView(objects as readonly (KubeObject & RecordedObject)[], new SystemClock()).view;
}
