import type { Lifecycle } from '../../model/offering.ts';
import type { LaunchOperation } from '../../model/operation.ts';
import { TAG } from '../../model/tags.ts';

/** Tags of the instance and its volume, set by the launch call itself (R31): by them a successor finds what it owns. */
export function launchTags(
  operation: LaunchOperation,
  lifecycle: Lifecycle,
  clusterName: string,
): Readonly<Record<string, string>> {
  return {
    [TAG.cluster]: clusterName,
    [TAG.project]: 'smartscale',
    [TAG.role]: 'k3s-worker',
    [TAG.managedBy]: 'smartscale',
    [TAG.name]: `${clusterName}-worker${lifecycle === 'spot' ? '-spot' : ''}`,
    [TAG.lifecycle]: lifecycle,
    [TAG.operation]: operation.id,
    [TAG.decision]: operation.decisionId,
    ...(operation.forPool === true && { [TAG.warmPool]: 'true' }),
    [TAG.policyDigest]: operation.policy.digest,
    ...(operation.policy.revision === undefined ? {} : { [TAG.policyRevision]: operation.policy.revision }),
  };
}
