import { type Cluster, type ClusterView, type Ledger, PortError } from '../../ports.ts';
import type { ActiveFaults } from './active-faults.ts';

const FORBIDDEN = { status: 'blocked', budget: 'strict', retryAfterMs: undefined } as const;
const REFUSED = 0.25;
const LOST = 0.15;

/** The cluster as a troubled API server shows it: calls fail, some after they took effect, and the mirror may stand still. */
export function faultyCluster(cluster: Cluster, activeFaults: ActiveFaults): Cluster {
  let seen: ClusterView = cluster.view();
  const call = <T>(make: () => Promise<T>) => throughFaults(make, activeFaults);
  const isBlind = () => activeFaults.has('watch-stale') || activeFaults.has('api-away');
  return {
    synced: (signal) => cluster.synced(signal),
    view: () => {
      if (!isBlind()) seen = cluster.view();
      return seen;
    },
    onChange: (listener) =>
      cluster.onChange(() => {
        if (!isBlind()) listener();
      }),
    cordon: (...parameters) => call(() => cluster.cordon(...parameters)),
    uncordon: (...parameters) => call(() => cluster.uncordon(...parameters)),
    evict: (...parameters) =>
      activeFaults.has('budgets-strict')
        ? call(async () => FORBIDDEN)
        : call(() => cluster.evict(...parameters)),
    surge: (...parameters) => call(() => cluster.surge(...parameters)),
    deleteNode: (...parameters) => call(() => cluster.deleteNode(...parameters)),
    rememberAnnouncement: (...parameters) => call(() => cluster.rememberAnnouncement(...parameters)),
    admitNode: (...parameters) => call(() => cluster.admitNode(...parameters)),
  };
}

/** The ledger behind the same API server. */
export function faultyLedger(ledger: Ledger, activeFaults: ActiveFaults): Ledger {
  return {
    // Its list is read once and then known, so it does not fail later.
    list: (signal) => ledger.list(signal),
    put: (...parameters) => throughFaults(() => ledger.put(...parameters), activeFaults),
  };
}

async function throughFaults<T>(make: () => Promise<T>, activeFaults: ActiveFaults): Promise<T> {
  if (activeFaults.has('api-away')) throw noAnswer('ECONNREFUSED');
  if (!activeFaults.has('api-flaky')) return make();
  const { random } = activeFaults;
  if (random.next() < REFUSED) throw noAnswer(random.next() < 0.5 ? 'InternalError' : 'Conflict');
  const answer = await make();
  if (random.next() < LOST) throw noAnswer('TimeoutError');
  return answer;
}

function noAnswer(code: string): PortError {
  return new PortError(`the API server gave no answer: ${code}`, { retry: 'transient', code });
}
