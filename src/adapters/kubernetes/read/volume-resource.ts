import type {
  V1NodeSelectorTerm,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1PersistentVolumeSpec,
  V1StorageClass,
} from '@kubernetes/client-node';
import type { LabelSelector, Labels } from '../../../model/selector.ts';
import type { Raw } from '../raw.ts';
import type { KubeResource, RawOf } from '../watch.ts';
import { requirementOf } from './raw-selector.ts';

const HOSTNAME = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';
const REGION = 'topology.kubernetes.io/region';
/** Names under which volumes speak of a node's place, by the label that every node has for it. */
const NODE_LABELS: Readonly<Record<string, string>> = {
  'topology.ebs.csi.aws.com/zone': ZONE,
  'failure-domain.beta.kubernetes.io/zone': ZONE,
  'failure-domain.beta.kubernetes.io/region': REGION,
};
/** Labels of a volume that its node must have, too; several values are joined by this separator. */
const PLACE_LABELS = [ZONE, REGION, ...Object.keys(NODE_LABELS).filter((key) => key.startsWith('failure-'))];
const SEPARATOR = '__';

type RawVolume = RawOf<V1PersistentVolume> & { readonly spec: Raw<V1PersistentVolumeSpec> };

/** A claim of a volume. */
export interface ClaimRecord {
  /** What it is bound to; `undefined` while it is not. */
  readonly volumeName: string | undefined;
  /** The class that provisions it; `undefined` where only an existing volume will do. */
  readonly className: string | undefined;
}

/** Where a persistent volume can be used. */
export interface VolumeRecord {
  /** As `Pod.volumeNodes`: of each entry one alternative must select the node; empty when anywhere. */
  readonly nodes: readonly (readonly LabelSelector[])[];
  /** Its data lives and dies with one node. */
  readonly isLocal: boolean;
  /** The CSI driver that attaches it; `undefined` for other volumes. */
  readonly driver: string | undefined;
}

/** How a class makes volumes for claims. */
export interface StorageClassRecord {
  /** A claim stays unbound until a pod that names it has been given a node. */
  readonly waitsForPod: boolean;
  /** Where its volumes can be used, as `VolumeRecord.nodes`. */
  readonly nodes: readonly (readonly LabelSelector[])[];
  readonly driver: string;
}

export const claimResource: KubeResource<ClaimRecord> = {
  name: 'persistentvolumeclaims',
  path: '/api/v1/persistentvolumeclaims',
  project: (raw) => {
    const { volumeName, storageClassName } = (raw as Raw<V1PersistentVolumeClaim>).spec ?? {};
    return { volumeName: volumeName || undefined, className: storageClassName || undefined };
  },
};

export const storageClassResource: KubeResource<StorageClassRecord> = {
  name: 'storageclasses',
  path: '/apis/storage.k8s.io/v1/storageclasses',
  project: (raw) => {
    const { provisioner, volumeBindingMode, allowedTopologies = [] } = raw as RawOf<V1StorageClass>;
    const places = allowedTopologies
      .map(({ matchLabelExpressions = [] }) =>
        matchLabelExpressions.map(({ key, values }) => ({
          key: NODE_LABELS[key] ?? key,
          operator: 'In' as const,
          values,
        })),
      )
      .filter(isRestrictive);
    return {
      waitsForPod: volumeBindingMode === 'WaitForFirstConsumer',
      nodes: places.length === 0 ? [] : [places],
      driver: provisioner,
    };
  },
};

export const volumeResource: KubeResource<VolumeRecord> = {
  name: 'persistentvolumes',
  path: '/api/v1/persistentvolumes',
  project: (raw) => {
    const { metadata, spec } = raw as RawVolume;
    const affinity = spec.nodeAffinity?.required?.nodeSelectorTerms.map(alternativeOf).filter(isRestrictive);
    const labelled = selectorOfLabels(metadata.labels ?? {});
    return {
      nodes: [...(affinity === undefined ? [] : [affinity]), ...(labelled.length === 0 ? [] : [[labelled]])],
      isLocal: Boolean(spec.local ?? spec.hostPath) || (affinity ?? []).some(namesHost),
      driver: spec.csi?.driver,
    };
  },
};

function alternativeOf(term: Raw<V1NodeSelectorTerm>): LabelSelector {
  return [
    ...(term.matchExpressions ?? []).map((raw) => ({
      ...requirementOf(raw),
      key: NODE_LABELS[raw.key] ?? raw.key,
    })),
    // `metadata.name` is the only field there is; K3s names a node after its host name.
    ...(term.matchFields ?? []).map((raw) => ({ ...requirementOf(raw), key: HOSTNAME })),
  ];
}

/** A term without any requirement matches no node, so it is no alternative. */
function isRestrictive(place: LabelSelector): boolean {
  return place.length > 0;
}

function selectorOfLabels(labels: Labels): LabelSelector {
  return PLACE_LABELS.flatMap((key) => {
    const values = labels[key]?.split(SEPARATOR);
    return values === undefined ? [] : [{ key: NODE_LABELS[key] ?? key, operator: 'In' as const, values }];
  });
}

function namesHost(place: LabelSelector): boolean {
  return place.some(({ key, operator }) => key === HOSTNAME && operator === 'In');
}
