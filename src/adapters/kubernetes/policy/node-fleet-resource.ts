import type { KubeResource, RawObject } from '../watch.ts';

/** Where a fleet's object is. */
export interface NodeFleetRef {
  readonly namespace: string;
  readonly name: string;
}

/** What we keep of a NodeFleet: what it asks for, who applies it, and what its status remembers of us. */
export interface NodeFleet {
  readonly uid: string;
  readonly generation: number;
  readonly configMap: string;
  /** The Flux Kustomization that applies it, from the labels that Flux writes on everything. */
  readonly owner: FluxOwner | undefined;
  readonly status: NodeFleetStatus;
}

export interface FluxOwner {
  readonly namespace: string;
  readonly name: string;
}

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
}

/** `status` as it stands in the object; charts/node-fleet-schema.ts says the same to the API server. Times are ISO 8601. */
export interface NodeFleetStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
  readonly policy?: { readonly accepted?: AcceptedPolicy; readonly rejected?: RejectedPolicy };
  readonly nodes?: {
    readonly desired?: number;
    readonly current?: number;
    readonly ready?: number;
    readonly spot?: number;
    readonly min?: number;
    readonly max?: number;
  };
  readonly costUsdPerHour?: string;
  readonly lastDecision?: { readonly id: string; readonly at: string; readonly reason: string };
}

export interface AcceptedPolicy {
  readonly digest: string;
  readonly shortDigest?: string;
  readonly revision?: string;
  readonly since: string;
  readonly configMap?: string;
  readonly text: string;
}

export interface RejectedPolicy {
  readonly revision?: string;
  readonly since: string;
  readonly configMap?: string;
  readonly faults: readonly string[];
}

interface RawNodeFleet extends RawObject {
  readonly spec?: { readonly policyRef?: { readonly name?: string } };
  readonly status?: NodeFleetStatus;
}

const OWNER_NAME = 'kustomize.toolkit.fluxcd.io/name';
const OWNER_NAMESPACE = 'kustomize.toolkit.fluxcd.io/namespace';

export const NODE_FLEET = { apiVersion: 'smartscale.dev/v1', kind: 'NodeFleet' } as const;

export function nodeFleetCollection(namespace: string): string {
  return `/apis/${NODE_FLEET.apiVersion}/namespaces/${encodeURIComponent(namespace)}/nodefleets`;
}

/** This one NodeFleet and no other. */
export function nodeFleetResource({ namespace, name }: NodeFleetRef): KubeResource<NodeFleet> {
  return {
    name: 'nodefleets',
    path: nodeFleetCollection(namespace),
    query: { fieldSelector: `metadata.name=${name}` },
    project: (raw) => nodeFleetOf(raw),
  };
}

function nodeFleetOf({ metadata, spec, status }: RawNodeFleet): NodeFleet {
  const name = metadata.labels?.[OWNER_NAME];
  const namespace = metadata.labels?.[OWNER_NAMESPACE];
  return {
    uid: metadata.uid,
    generation: metadata.generation ?? 0,
    configMap: spec?.policyRef?.name ?? '',
    owner: name === undefined || namespace === undefined ? undefined : { namespace, name },
    status: status ?? {},
  };
}
