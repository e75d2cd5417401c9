import type { KubeResource, RawObject } from './kube-resource.ts';
import type { RawRequirement } from './raw-selector.ts';

const HOSTNAME = 'kubernetes.io/hostname';
const ZONE_KEYS = new Set([
  'topology.kubernetes.io/zone',
  'topology.ebs.csi.aws.com/zone',
  'failure-domain.beta.kubernetes.io/zone',
]);

interface RawClaim extends RawObject {
  readonly spec?: { readonly volumeName?: string };
}

interface RawVolume extends RawObject {
  readonly spec: {
    readonly local?: object;
    readonly hostPath?: object;
    readonly nodeAffinity?: {
      readonly required?: {
        readonly nodeSelectorTerms: readonly { readonly matchExpressions?: readonly RawRequirement[] }[];
      };
    };
  };
}

/** What a claim is bound to; `undefined` while it is not. */
export interface ClaimRecord {
  readonly volumeName: string | undefined;
}

/** Where a persistent volume can be used. */
export interface VolumeRecord {
  /** Zones or names of nodes; empty when anywhere. */
  readonly places: readonly string[];
  /** Its data lives and dies with one node. */
  readonly isLocal: boolean;
}

export const claimResource: KubeResource<ClaimRecord> = {
  name: 'persistentvolumeclaims',
  path: '/api/v1/persistentvolumeclaims',
  project: (raw) => ({ volumeName: (raw as RawClaim).spec?.volumeName || undefined }),
};

export const volumeResource: KubeResource<VolumeRecord> = {
  name: 'persistentvolumes',
  path: '/api/v1/persistentvolumes',
  project: (raw) => {
    const { metadata, spec } = raw as RawVolume;
    const terms = spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
    const requirements = terms.flatMap((term) => term.matchExpressions ?? []).filter(isPlace);
    const stated = requirements.flatMap(({ values }) => values ?? []);
    const labelled = metadata.labels?.['topology.kubernetes.io/zone'];
    return {
      places: stated.length === 0 && labelled !== undefined ? [labelled] : [...new Set(stated)],
      isLocal: Boolean(spec.local ?? spec.hostPath) || requirements.some(({ key }) => key === HOSTNAME),
    };
  },
};

function isPlace({ key, operator }: RawRequirement): boolean {
  return operator === 'In' && (key === HOSTNAME || ZONE_KEYS.has(key));
}
