import { SystemClock } from '../adapters/system/system-clock.ts';
import { PRICES_AS_OF } from '../catalogue/list-price.ts';
import { decideOnce } from '../loop/controller.ts';
import type { Plan } from '../model/plan.ts';
import type { PolicyDocument, RememberedPolicy } from '../model/policy-document.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { PolicyInForce } from '../policy/policy-in-force.ts';
import { PolicyWatch } from '../policy/policy-watch.ts';
import { ledgerChoice } from '../process/ledger-choice.ts';
import { type LiveCluster, openCluster } from '../process/live-cluster.ts';
import { readOnlyCloud, readOnlyCluster, readOnlyLedger } from '../process/read-only-ports.ts';
import { namespaceOf, outsideWorld } from '../process/real-world.ts';
import { openLedgerToRead } from '../process/state-store.ts';
import type { WorldOptions } from '../process/world-options.ts';
import { CommandError } from './command-error.ts';
import { readTextFile } from './files/read-text-file.ts';

/** A large cluster is listed in seconds; past this the API server does not answer. */
const LIST_LIMIT_MS = 30_000;
const PLAN_LIMIT_MS = 60_000;

/** The plan, or that there is no good policy to plan by, newest or last; `notes` are for people. */
export type PlanAnswer = { readonly notes: readonly string[] } & (
  | {
      readonly kind: 'plan';
      readonly plan: Plan;
      /** What it was made of. */
      readonly snapshot: Snapshot;
      readonly inForce: PolicyInForce;
      readonly isNewestValid: boolean;
    }
  | { readonly kind: 'invalid-policy' }
);

/**
 * Decides once on the live world, through ports that cannot write, with the operations of the running autoscaler: what
 * cools down for it does so here.
 * @throws CommandError or PortError when the world cannot be asked
 */
export async function planOnce(
  flags: WorldOptions,
  env: Readonly<Record<string, string | undefined>>,
): Promise<PlanAnswer> {
  const clock = new SystemClock();
  const notes: string[] = [];
  const warn = (message: string) => void notes.push(message);
  const { cloud, telemetry, clusterName } = outsideWorld(flags, env, { clock, warn });
  const choice = ledgerChoice(flags, env, clusterName);
  const live = openCluster(flags, clock);
  const ledger = await openLedgerToRead(choice, { live, clock, namespace: await namespaceOf(flags) });
  try {
    const listing = AbortSignal.timeout(LIST_LIMIT_MS);
    const shown = await policyOf({ clusterName, ...flags }, live, listing);
    notes.push(...shown.faults);
    if (shown.inForce === undefined) return { kind: 'invalid-policy', notes };
    await listed(live, live.view.synced(listing));
    const { plan, snapshot } = await decideOnce(
      {
        cluster: readOnlyCluster(live.view),
        cloud: readOnlyCloud(cloud),
        telemetry,
        ledger: readOnlyLedger(ledger),
        clock,
      },
      shown.inForce,
      AbortSignal.timeout(PLAN_LIMIT_MS),
    );
    notes.push(`List prices are of ${PRICES_AS_OF.onDemand}; spot prices are asked from EC2.`);
    if (snapshot.instances.status === 'unknown') notes.push(`EC2 does not answer: ${snapshot.instances.why}`);
    const isNewestValid = shown.faults.length === 0;
    return { kind: 'plan', plan, snapshot, inForce: shown.inForce, notes, isNewestValid };
  } finally {
    ledger.close();
    await live.close();
  }
}

/** What `run` obeys: the newest policy, or the last good one while that is broken or gone. */
interface ShownPolicy {
  readonly inForce: PolicyInForce | undefined;
  /** What keeps the newest from being in force, line by line. */
  readonly faults: readonly string[];
}

async function policyOf(
  flags: WorldOptions & { readonly clusterName: string },
  live: LiveCluster,
  signal: AbortSignal,
): Promise<ShownPolicy> {
  if (flags.policy !== undefined)
    return pollPolicy({ text: await readTextFile(flags.policy), origin: flags.policy, revision: undefined });
  const namespace = await namespaceOf(flags);
  const source = live.policyOf({ namespace, name: flags.nodeFleet ?? flags.clusterName });
  await listed(live, source.synced(signal));
  const document = source.current();
  const former = source.lastGood();
  if (document !== undefined) return pollPolicy(document, former);
  if (former !== undefined) return pollPolicy(undefined, former, source.whyNone());
  throw new CommandError(
    `${source.whyNone()}: name the fleet with --node-fleet and --namespace, or give --policy`,
  );
}

/** As the running autoscaler looks after a restart. */
function pollPolicy(
  document: PolicyDocument | undefined,
  former?: RememberedPolicy,
  why?: string,
): ShownPolicy {
  const watch = new PolicyWatch<PolicyDocument>();
  if (former !== undefined) watch.restore(former);
  const change = watch.poll(document);
  const { inForce } = watch;
  if (change.kind === 'accepted') return { inForce, faults: [] };
  const faults = change.kind === 'rejected' ? change.faults : [`${why}.`];
  if (inForce === undefined) return { inForce, faults };
  const { digest, revision = 'an unknown revision' } = inForce.identity;
  return { inForce, faults: [...faults, `Planned by the last good policy, ${digest} of ${revision}.`] };
}

/** Watch caches retry forever; a command ends after this time. */
async function listed(live: LiveCluster, listing: Promise<void>): Promise<void> {
  try {
    await listing;
  } catch (cause) {
    const { server } = live.credentials;
    const limit = LIST_LIMIT_MS / 1000;
    throw new CommandError(
      `the API server ${server} gave no lists within ${limit} s: check that it answers and that you may list nodes, pods and workloads there`,
      { cause },
    );
  }
}
