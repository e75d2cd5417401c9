/** The controller's writes to the world and the ledger: between any two of them a process may die, or a commit come in. */
export const CONTROLLER_WRITES = {
  cloud: ['launch', 'terminate', 'start', 'stop'],
  cluster: ['cordon', 'uncordon', 'evict', 'surge', 'deleteNode', 'admitNode', 'rememberAnnouncement'],
  ledger: ['put'],
} as const satisfies Readonly<Record<string, readonly string[]>>;
