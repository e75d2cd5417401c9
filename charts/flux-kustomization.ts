import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';

/** Where Flux itself lives, and the name of its source and of the Kustomization that syncs its own objects. */
export const FLUX = 'flux-system';

/** The Kustomization that applies the policy: the autoscaler asks it for the commit. */
export const POLICY_KUSTOMIZATION = 'policy';

/** On an object that Flux must never remove, whatever a commit leaves out. */
export const NEVER_PRUNED = { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' } as const;

export interface FluxKustomizationProps {
  readonly name: string;
  /** Folder in the repository, from its root. */
  readonly path: string;
  /** How often drift is looked for and undone; a new commit does not wait for it. */
  readonly interval: string;
  /** After a failure without a new commit. */
  readonly retryInterval: string;
  /** For the health checks of one round. */
  readonly timeout: string;
  /** Layers that must be ready with the same commit first. @default none */
  readonly after?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
  /** Further fields of the spec. */
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** A Flux Kustomization on the cluster's repository: what leaves Git leaves the cluster, save what carries `NEVER_PRUNED`. */
export function fluxKustomization(scope: Construct, props: FluxKustomizationProps): ApiObject {
  const { name, path, interval, retryInterval, timeout, after = [], annotations = {}, spec = {} } = props;
  const dependsOn = after.map((layer) => ({ name: layer }));
  return new ApiObject(scope, name, {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace: FLUX, annotations: { ...annotations } },
    spec: {
      ...(dependsOn.length === 0 ? {} : { dependsOn }),
      interval,
      path,
      prune: true,
      retryInterval,
      sourceRef: { kind: 'GitRepository', name: FLUX },
      timeout,
      ...spec,
    },
  });
}
