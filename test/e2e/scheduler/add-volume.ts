import type { Draft, Drawing } from './drawing.ts';
import { ZONE } from './drawing.ts';

interface VolumePlace {
  /** @default anywhere */
  readonly zones?: readonly string[];
  /** How the volume says its zones. @default affinity */
  readonly as?: 'affinity' | 'label';
  /** Instead of zones: a term of its node affinity. */
  readonly term?: Readonly<Record<string, unknown>>;
}

/** Gives the pods one more volume: an existing one with its claim, as they look once bound. */
export function addVolume(draft: Draft, { volumes }: Drawing, { zones, as, term }: VolumePlace): void {
  const { app, namespace, spec } = draft;
  const name = `${app}-volume-${spec.volumes?.length ?? 0}`;
  const inZones = { matchExpressions: [{ key: ZONE, operator: 'In', values: zones }] };
  const affinity = zones === undefined || as === 'label' ? term : inZones;
  volumes.push(
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      // Several zones in a label are joined by two underscores.
      metadata: { name, ...(as === 'label' && zones && { labels: { [ZONE]: zones.join('__') } }) },
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteMany'],
        nfs: { server: 'nfs.example.invalid', path: '/' },
        ...(affinity && { nodeAffinity: { required: { nodeSelectorTerms: [affinity] } } }),
      },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace, annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } },
      spec: {
        accessModes: ['ReadWriteMany'],
        resources: { requests: { storage: '1Gi' } },
        storageClassName: '',
        volumeName: name,
      },
    },
  );
  spec.volumes = [...(spec.volumes ?? []), { name, persistentVolumeClaim: { claimName: name } }];
}
