import type { Reason } from '../../../model/reason.ts';
import type { Growth } from '../../launch/growth.ts';
import type { DecisionContext } from '../../state/decision-context.ts';
import { unendedIn } from '../../state/operation-lists.ts';
import type { Purpose } from '../../state/purpose.ts';
import { countText, percentText, secondsText } from '../../text/wording.ts';
import { spentBudget } from './removal-budgets.ts';

export interface BlockerQuery {
  readonly situation: DecisionContext;
  readonly growth: Growth;
  readonly purpose: Purpose;
  readonly isAborting: boolean;
  /** Nodes that this round replaces: dead ones, and those that AWS takes away. */
  readonly repairs: readonly string[];
}

/** What holds back all removals this round. */
export interface DisruptionBlocker {
  readonly reason: Reason;
  /** When it may let go by itself. */
  readonly untilMs?: number;
  /** Whether removals would otherwise be looked at, so that the plan should say what held them back. */
  readonly shouldReport: boolean;
}

/** Longer than the period of a CronJob that runs every hour. */
const JOB_USE_MS = 66 * 60_000;

type Held = { readonly reason: Reason; readonly untilMs?: number } | undefined;

type Rule = (question: BlockerQuery) => Held;

/** Read top-down; the first that holds is the answer. */
const BLOCKERS: readonly Rule[] = [
  shrinkDisabled,
  cloudUnknown,
  operationInFlight,
  growthWanted,
  tooManyUnready,
];
/** What is left to wait for once removal would be right. */
const WAITING_CODES: Readonly<Record<Purpose, readonly Rule[]>> = {
  'low-load': [coolingDown, launchedLately, budgetSpent],
  unneeded: [coolingDown, launchedLately, budgetSpent],
  'over-max': [],
  replaced: [budgetSpent],
  replacement: [coolingDown, launchedLately, budgetSpent],
};

/** The first blocker that applies, or `undefined` when nodes may be evaluated one by one. */
export function disruptionBlockerOf(question: BlockerQuery): DisruptionBlocker | undefined {
  const { purpose } = question;
  // What the demands hold back need not be told: nobody expects a removal then.
  const wanted = question.growth.holds.find(({ purposes }) => purposes.includes(purpose));
  if (wanted !== undefined) return { reason: wanted.reason, shouldReport: false };
  for (const rule of [...BLOCKERS, ...WAITING_CODES[purpose]]) {
    const held = rule(question);
    if (held !== undefined) return { ...held, shouldReport: true };
  }
  return undefined;
}

function shrinkDisabled({ situation: context }: BlockerQuery): Held {
  if (context.policy.shrink.enabled) return undefined;
  return { reason: { code: 'shrink-off', text: 'shrinking is off in the policy' } };
}

function cloudUnknown({ situation: context }: BlockerQuery): Held {
  const { instances } = context.snapshot;
  if (instances.status === 'known') return undefined;
  return {
    reason: { code: 'instances-unknown', text: `the list of instances is not known: ${instances.why}` },
  };
}

/** Growing and shrinking never overlap, and one removal is finished before the next begins (R24). */
function operationInFlight({ situation: context, repairs }: BlockerQuery): Held {
  if (repairs.length > 0)
    return { reason: { code: 'removal-in-flight', text: 'a node that is lost is replaced first' } };
  const active = unendedIn(context.snapshot.operations);
  const first = active.toSorted((a, b) => (a.id < b.id ? -1 : 1))[0];
  if (first === undefined) return undefined;
  const what = first.kind === 'launch' ? 'launch' : 'removal';
  const text = `${what} ${first.id} is in flight (${first.step}), ${countText(active.length, 'operation')} in all`;
  return { reason: { code: `${what}-in-flight`, text, facts: { operations: active.length } } };
}

function growthWanted({ growth, purpose, isAborting }: BlockerQuery): Held {
  const isGrowing = growth.launches.length > 0 || (growth.isWanted && purpose !== 'over-max');
  if (!isGrowing && !isAborting) return undefined;
  return { reason: { code: 'growth-wanted', text: 'more nodes are needed, so none is removed' } };
}

/** A blip of the network or the API server must not read as spare capacity (F70). */
function tooManyUnready({ situation: context }: BlockerQuery): Held {
  const { maxUnreadyPercent } = context.policy.shrink;
  const { unready, workers, share } = unreadyShare(context);
  if (share <= maxUnreadyPercent) return undefined;
  const text = `${unready} of ${workers} workers (${percentText(share)}) are not ready, more than ${maxUnreadyPercent} %`;
  return { reason: { code: 'too-many-unready', text, facts: { unready, workers } } };
}

/**
 * How many workers are not ready, of how many, and the share in percent. The warm pool's nodes are silent by intent, and what people
 * started by hand is no worker.
 */
export function unreadyShare({ snapshot, fleet }: DecisionContext): {
  readonly unready: number;
  readonly workers: number;
  readonly share: number;
} {
  const unmanaged = fleet.uncounted.filter(({ condition }) => condition === 'unmanaged');
  const pooled = fleet.pool.map(({ instanceId }) => instanceId);
  const others = new Set([...pooled, ...unmanaged.map(({ node }) => node?.instanceId)]);
  const nodes = snapshot.nodes.filter(
    ({ isControlPlane, instanceId }) =>
      !isControlPlane && instanceId !== undefined && !others.has(instanceId),
  );
  const unready = nodes.filter((node) => !node.isReady).length;
  return { unready, workers: nodes.length, share: nodes.length === 0 ? 0 : (100 * unready) / nodes.length };
}

function coolingDown({ situation: context }: BlockerQuery): Held {
  const { cooldowns, nowMs } = context;
  if (cooldowns.shrinkUntilMs <= nowMs) return undefined;
  const left = secondsText(cooldowns.shrinkUntilMs - nowMs);
  const text = `cooldown after ${cooldowns.shrinkAfter === 'growth' ? 'growth' : 'a removal'} for another ${left}`;
  return { reason: { code: 'cooldown', text }, untilMs: cooldowns.shrinkUntilMs };
}

/** What was launched for load or pods is given time to be of use, and for a Job until its next run, if there is one each hour. */
function launchedLately({ situation: context }: BlockerQuery): Held {
  const { cooldowns, policy, nowMs } = context;
  const { lastDemandMs, lastJobMs } = cooldowns;
  const useMs = policy.shrink.minUseSeconds * 1000;
  const jobUseMs = useMs > 0 ? Math.max(useMs, JOB_USE_MS) : 0;
  const untilMs = Math.max(lastDemandMs + useMs, lastJobMs + jobUseMs);
  if (untilMs <= nowMs) return undefined;
  const left = secondsText(untilMs - nowMs);
  const forWhat = untilMs > lastDemandMs + useMs ? 'for the pods of a Job' : 'for load or pods';
  const text = `a worker was launched ${forWhat} lately: none that is not needed goes for another ${left}`;
  return { reason: { code: 'launched-lately', text }, untilMs };
}

function budgetSpent({ situation: context }: BlockerQuery): Held {
  const { policy, snapshot, nowMs } = context;
  return spentBudget(policy.shrink.budgets, snapshot.operations, nowMs);
}
