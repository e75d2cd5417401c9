/** Tag keys on every instance and volume that we launch (requirements R31); they are how a successor finds what it owns. */
export const TAG = {
  cluster: 'Cluster',
  project: 'Project',
  role: 'Role',
  managedBy: 'ManagedBy',
  name: 'Name',
  operation: 'smartscale.dev/operation',
  decision: 'smartscale.dev/decision',
  policyDigest: 'smartscale.dev/policy-digest',
  policyRevision: 'smartscale.dev/policy-revision',
  lifecycle: 'InstanceMarket',
  /** `true` on what was launched for the warm pool, whether it waits there or has become a worker. */
  warmPool: 'smartscale.dev/warm-pool',
  /** The launch template and its version that an instance of the warm pool was made from. */
  launchTemplate: 'smartscale.dev/launch-template',
} as const;
