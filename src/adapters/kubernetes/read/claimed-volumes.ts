import type { Pod } from '../../../model/pod.ts';
import { type Resources } from '../../../model/resources.ts';
import type { ObjectStore } from '../watch.ts';
import { type AttachLimits, attachResource } from './attach-limits.ts';
import type { ClaimRecord, StorageClassRecord, VolumeRecord } from './volume-resource.ts';

export interface VolumeStores {
  readonly claims: ObjectStore<ClaimRecord>;
  readonly volumes: ObjectStore<VolumeRecord>;
  readonly storageClasses: ObjectStore<StorageClassRecord>;
  readonly csiNodes: ObjectStore<AttachLimits>;
}

/** What claims say of the pod that names them. */
export type ClaimedVolumes = Pick<Pod, 'volumeNodes' | 'hasLocalVolume' | 'blockedBy'> & {
  /** How many volumes of each limited driver are attached for it, by the name of the resource. */
  readonly attachments: Readonly<Record<string, number>>;
};

interface ClaimedVolume {
  readonly nodes: Pod['volumeNodes'];
  readonly isLocal: boolean;
  readonly driver: string | undefined;
  readonly blockedBy?: Pod['blockedBy'];
}

/**
 * Looks the claims of a pod up. One that does not exist, or that nothing binds before a pod runs, keeps the pod from every node. A
 * claim that is bound to a volume not seen yet is taken for local: unknown never means safe to lose.
 */
export function claimedVolumes(claims: readonly string[], stores: VolumeStores): ClaimedVolumes {
  const found = claims.map((key) => claimedVolume(key, stores));
  const blockedBy = found.find((volume) => volume.blockedBy !== undefined)?.blockedBy;
  return {
    volumeNodes: found.flatMap(({ nodes }) => nodes),
    hasLocalVolume: found.some(({ isLocal }) => isLocal),
    ...(blockedBy !== undefined && { blockedBy }),
    attachments: attachmentsOf(found, stores.csiNodes),
  };
}

/** The requests with the attachments among them. */
export function withAttachments(requests: Resources, attachments: ClaimedVolumes['attachments']): Resources {
  if (Object.keys(attachments).length === 0) return requests;
  return { ...requests, extended: { ...requests.extended, ...attachments } };
}

function claimedVolume(key: string, { claims, volumes, storageClasses }: VolumeStores): ClaimedVolume {
  const claim = claims.get(key);
  if (claim === undefined) return blocked(`its claim ${key} does not exist`);
  const { volumeName, className = '' } = claim;
  if (volumeName !== undefined)
    return volumes.get(volumeName) ?? { nodes: [], isLocal: true, driver: undefined };
  const storageClass = storageClasses.get(className);
  if (storageClass?.waitsForPod !== true) return blocked(`its claim ${key} is not bound to a volume`);
  const { nodes, driver } = storageClass;
  return { nodes, isLocal: false, driver };
}

function blocked(why: string): ClaimedVolume {
  const blockedBy = { code: 'pod-waits-for-claim', why } as const;
  return { nodes: [], isLocal: false, driver: undefined, blockedBy };
}

/** Only where some node limits the driver: elsewhere nobody counts. */
function attachmentsOf(
  found: readonly ClaimedVolume[],
  csiNodes: ObjectStore<AttachLimits>,
): ClaimedVolumes['attachments'] {
  const attachments: Record<string, number> = {};
  for (const { driver } of found) {
    const name = driver === undefined ? '' : attachResource(driver);
    if (name === '' || !isLimited(name, csiNodes)) continue;
    attachments[name] = (attachments[name] ?? 0) + 1;
  }
  return attachments;
}

function isLimited(name: string, csiNodes: ObjectStore<AttachLimits>): boolean {
  for (const limits of csiNodes.values()) if (limits[name] !== undefined) return true;
  return false;
}
