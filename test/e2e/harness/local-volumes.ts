import type { KubeClient } from './kube-client.ts';

/** K3s brings this class with a provisioner that makes folders on the node. */
const CLASS = 'local-path';

/** Stands for K3s's provisioner: volumes of the class that wait for whoever claims them; the binding is the scheduler's own. */
export async function addLocalVolumes(kube: KubeClient, count: number): Promise<void> {
  await kube.create('/apis/storage.k8s.io/v1/storageclasses', {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: CLASS },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'WaitForFirstConsumer',
  });
  for (const index of Array.from({ length: count }).keys()) {
    await kube.create('/api/v1/persistentvolumes', {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: `local-${index}` },
      spec: {
        storageClassName: CLASS,
        capacity: { storage: '100Gi' },
        accessModes: ['ReadWriteOnce'],
        persistentVolumeReclaimPolicy: 'Retain',
        hostPath: { path: `/var/lib/local-${index}` },
      },
    });
  }
}
