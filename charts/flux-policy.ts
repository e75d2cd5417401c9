import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { ClusterSettings } from './clusters.ts';
import { fluxKustomization, NEVER_PRUNED, POLICY_KUSTOMIZATION } from './flux-kustomization.ts';
import { NAMESPACES } from './namespaces.ts';
import { POLICY_ACCOUNT } from './policy-access.ts';

/**
 * The policy's way into the cluster. It waits for no other layer, acts under an account that may touch nothing but the policy, and is
 * ready when the autoscaler has accepted the commit's policy.
 */
export class FluxPolicyChart extends Chart {
  constructor(scope: Construct, id: string, { name: cluster }: ClusterSettings) {
    super(scope, id);
    fluxKustomization(this, {
      name: POLICY_KUSTOMIZATION,
      path: `./clusters/${cluster}`,
      interval: '1m',
      retryInterval: '15s',
      // Flux waits no less, whatever is asked. A change of the leader takes up to 15 s.
      timeout: '30s',
      // A commit that drops the layer by mistake must not take the lever away.
      annotations: NEVER_PRUNED,
      spec: {
        serviceAccountName: POLICY_ACCOUNT,
        healthChecks: [
          {
            apiVersion: 'smartscale.dev/v1',
            kind: 'NodeFleet',
            name: cluster,
            namespace: NAMESPACES.smartscale,
          },
        ],
        healthCheckExprs: [{ apiVersion: 'smartscale.dev/v1', kind: 'NodeFleet', ...HEALTH }],
      },
    });
  }
}

/**
 * Flux says of a failed check only that it failed, but it quotes what an expression could not be evaluated for. So a rejection is looked up
 * as a key in an empty map: `Ready` then carries "no such key: " and the rejection's own words, field and rule, once the timeout is over. A
 * newer commit ends that wait at once.
 */
const HEALTH = {
  inProgress: 'status.observedGeneration != metadata.generation',
  failed: "status.conditions.exists(c, c.type == 'Synced' && c.status == 'False' && {}[c.message])",
  current: "status.conditions.exists(c, c.type == 'Synced' && c.status == 'True')",
} as const;
