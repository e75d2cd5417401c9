import type { Cloud, Cluster, Ledger } from '../ports.ts';

/** Thrown when something tries to change a world that may only be looked at: always a bug, never an answer. */
export class WriteForbidden extends Error {
  override readonly name = 'WriteForbidden';

  constructor(write: string) {
    super(`${write} in a command that changes nothing`);
  }
}

function forbidden(write: string): () => Promise<never> {
  return () => Promise.reject(new WriteForbidden(write));
}

/** The cluster for looking at alone: no way of changing it is left. */
export function readOnlyCluster(cluster: Pick<Cluster, 'synced' | 'view' | 'onChange'>): Cluster {
  return {
    synced: (signal) => cluster.synced(signal),
    view: () => cluster.view(),
    onChange: (listener) => cluster.onChange(listener),
    cordon: forbidden('cordon'),
    uncordon: forbidden('uncordon'),
    evict: forbidden('evict'),
    surge: forbidden('surge'),
    deleteNode: forbidden('delete node'),
    rememberAnnouncement: forbidden('remember announcement'),
    admitNode: forbidden('admit node'),
  };
}

/** The cloud for looking at alone. */
export function readOnlyCloud(cloud: Pick<Cloud, 'instances' | 'offerings' | 'consoleOutput'>): Cloud {
  return {
    instances: (signal) => cloud.instances(signal),
    offerings: (wanted, signal) => cloud.offerings(wanted, signal),
    consoleOutput: (instanceId, signal) => cloud.consoleOutput(instanceId, signal),
    launch: forbidden('launch'),
    terminate: forbidden('terminate'),
    start: forbidden('start'),
    stop: forbidden('stop'),
  };
}

/** A ledger that shows what is there and takes nothing. */
export function readOnlyLedger(ledger: Pick<Ledger, 'list'>): Ledger {
  return { list: (signal) => ledger.list(signal), put: forbidden('ledger entry') };
}
