import { ApiObject, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { ClusterSettings } from './clusters.ts';
import { FLUX, fluxKustomization, NEVER_PRUNED } from './flux-kustomization.ts';

/** What Flux follows: the repository, and flux-system/<cluster>/ in it, which holds all of Flux's own objects. */
export class FluxSyncChart extends Chart {
  constructor(scope: Construct, id: string, { name, flux }: ClusterSettings) {
    super(scope, id);
    const { url, branch, credentialsSecret } = flux.repository;
    new ApiObject(this, 'repository', {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata: { name: FLUX, namespace: FLUX, annotations: { ...NEVER_PRUNED } },
      spec: {
        interval: '1m',
        url,
        ref: { branch },
        // Of a commit the cluster fetches its own folders only.
        sparseCheckout: [`clusters/${name}`, `flux-system/${name}`],
        timeout: '60s',
        ...(credentialsSecret === undefined ? {} : { secretRef: { name: credentialsSecret } }),
        ...(flux.verifyCommits === undefined
          ? {}
          : { verify: { mode: 'HEAD', secretRef: { name: flux.verifyCommits.keysSecret } } }),
      },
    });
    fluxKustomization(this, {
      name: FLUX,
      path: `./flux-system/${name}`,
      interval: '10m',
      retryInterval: '1m',
      timeout: '1m',
      annotations: NEVER_PRUNED,
    });
  }
}
