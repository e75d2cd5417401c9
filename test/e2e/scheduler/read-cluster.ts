import { JoinedPods } from '../../../src/adapters/kubernetes/read/joined-pods.ts';
import { namespaceResource } from '../../../src/adapters/kubernetes/read/namespace-resource.ts';
import { podResource } from '../../../src/adapters/kubernetes/read/pod-resource.ts';
import { claimResource, volumeResource } from '../../../src/adapters/kubernetes/read/volume-resource.ts';
import {
  daemonSetResource,
  replicaSetResource,
  statefulSetResource,
} from '../../../src/adapters/kubernetes/read/workload-resource.ts';
import type { KubeResource, RawObject } from '../../../src/adapters/kubernetes/watch/kube-resource.ts';
import { ObjectStore } from '../../../src/adapters/kubernetes/watch/object-store.ts';
import { SystemClock } from '../../../src/adapters/system/system-clock.ts';
import type { DaemonOverhead } from '../../../src/model/daemon-overhead.ts';
import type { Pod } from '../../../src/model/pod.ts';
import type { KubeObject } from '../harness/kube-client.ts';

/** What the product makes of objects that the API server has completed, by the same projections as in a live cluster. */
export function readCluster(objects: readonly KubeObject[]): {
  readonly pods: readonly Pod[];
  readonly daemons: readonly DaemonOverhead[];
} {
  const byKind = Map.groupBy(objects, (object) => object.kind);
  const storeOf = <T>(resource: KubeResource<T>, kind: string): ObjectStore<T> => {
    const store = new ObjectStore(resource, new SystemClock());
    for (const object of byKind.get(kind) ?? []) store.put(object as RawObject & KubeObject);
    return store;
  };
  const pods = new ObjectStore(podResource(), new SystemClock());
  const joined = new JoinedPods({
    pods,
    replicaSets: storeOf(replicaSetResource, 'ReplicaSet'),
    statefulSets: storeOf(statefulSetResource, 'StatefulSet'),
    claims: storeOf(claimResource, 'PersistentVolumeClaim'),
    volumes: storeOf(volumeResource, 'PersistentVolume'),
    namespaces: storeOf(namespaceResource, 'Namespace'),
  });
  for (const object of byKind.get('Pod') ?? []) pods.put(object as RawObject & KubeObject);
  return { pods: joined.list(), daemons: [...storeOf(daemonSetResource, 'DaemonSet').values()] };
}
