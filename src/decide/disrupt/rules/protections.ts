import type { DisruptionBudget } from '../../../model/disruption-budget.ts';
import { memoizeByIdentity } from '../../../model/memoize-by-identity.ts';
import type { Operation, RemoveOperation } from '../../../model/operation.ts';
import { podsByNode } from '../../../model/pod-lists.ts';
import { needsEviction, type Pod } from '../../../model/pod.ts';
import type { Reason } from '../../../model/reason.ts';
import { selects } from '../../../model/selector.ts';
import { type FleetMix, mixOf } from '../../launch/choice.ts';
import type { DecisionContext } from '../../state/decision-context.ts';
import type { Worker } from '../../state/fleet.ts';
import { secondsText } from '../../text/wording.ts';
import { podProtection } from './pod-protections.ts';

/** Rights are not given within minutes, and each attempt cordons the node. */
const FORBIDDEN_PAUSE_MS = 3_600_000;

interface Question {
  readonly worker: Worker;
  readonly situation: DecisionContext;
  /** The workers that are ready, less what this round removes already: one that was only asked for may never come. */
  readonly mix: FleetMix;
  readonly evictable: readonly Pod[];
  readonly lastAbort: LastAbort | undefined;
  readonly budgets: BudgetsOf;
}

type BudgetsOf = (pod: Pod) => readonly DisruptionBudget[];

type Rule = (question: Question) => Reason | undefined;

/** Read top-down (R46, R47, R45); the first that holds keeps the node. */
const NODE_RULES: readonly Rule[] = [unmanaged, annotated, cordonedManually, tooYoung, drainPaused];
/** What the fleet would lack without the node; another in its place may give that. */
const FLEET_RULES: readonly Rule[] = [lastInZone, onDemandBase];
const POD_RULES: readonly Rule[] = [protectedPod];

export interface Protections {
  /** The rule that keeps this node, or `undefined` when none does. */
  of(worker: Worker): Reason | undefined;
  /** Every rule that keeps it, in their order. */
  all(worker: Worker): readonly Reason[];
  /** The first rule that keeps it even if another of its zone and lifecycle took its place. */
  ofReplaced(worker: Worker): Reason | undefined;
  /** Takes the worker off the fleet that the next answers are about. */
  noteRemoved(worker: Worker): void;
}

/** The rules that protect single nodes, over the present fleet. */
export function protectionsFor(context: DecisionContext): Protections {
  const removed = new Set<string>();
  const ready = context.fleet.workers.filter(isReady);
  let mix = mixOf(ready);
  const evictableOn = evictablePods(context.snapshot.pods);
  const aborts = lastAborts(context);
  const budgets = budgetsOf(context.snapshot.budgets);
  const all = (worker: Worker, rules: readonly Rule[]): readonly Reason[] => {
    const evictable = evictableOn.get(worker.id) ?? [];
    const question = {
      worker,
      situation: context,
      mix,
      evictable,
      lastAbort: aborts.get(worker.id),
      budgets,
    };
    return rules.map((rule) => rule(question)).filter((reason) => reason !== undefined);
  };
  const first = (worker: Worker, ...lists: readonly (readonly Rule[])[]) => {
    for (const rule of lists.flat()) {
      const [reason] = all(worker, [rule]);
      if (reason !== undefined) return reason;
    }
    return undefined;
  };
  return {
    of: (worker) => first(worker, NODE_RULES, FLEET_RULES, POD_RULES),
    all: (worker) => all(worker, [...NODE_RULES, ...FLEET_RULES, ...POD_RULES]),
    ofReplaced: (worker) => first(worker, NODE_RULES, POD_RULES),
    noteRemoved: (worker) => {
      removed.add(worker.id);
      mix = mixOf(ready.filter((other) => !removed.has(other.id)));
    },
  };
}

/** Pods that a drain must move, by node. */
export const evictablePods = memoizeByIdentity(
  (pods: readonly Pod[]): ReadonlyMap<string, readonly Pod[]> => {
    return new Map(Array.from(podsByNode(pods), ([node, there]) => [node, evictableAmong(there)] as const));
  },
);

const evictableAmong = memoizeByIdentity((pods: readonly Pod[]): readonly Pod[] =>
  pods.filter(needsEviction),
);

/** The budgets that select a pod; those of pods with the same labels are looked for once. */
const budgetsOf = memoizeByIdentity((all: readonly DisruptionBudget[]): BudgetsOf => {
  const byNamespace = Map.groupBy(all, (budget) => budget.namespace);
  const known = new WeakMap<Pod['labels'], Map<string, readonly DisruptionBudget[]>>();
  return ({ namespace, labels }) => {
    let ofLabels = known.get(labels);
    if (ofLabels === undefined) known.set(labels, (ofLabels = new Map()));
    let selecting = ofLabels.get(namespace);
    if (selecting === undefined) {
      selecting = (byNamespace.get(namespace) ?? []).filter(({ selector }) => selects(selector, labels));
      ofLabels.set(namespace, selecting);
    }
    return selecting;
  };
});

function unmanaged({ worker }: Question): Reason | undefined {
  if (worker.instance !== undefined) return undefined;
  return { code: 'no-instance', text: `EC2 shows no instance of this fleet behind ${worker.id}` };
}

function annotated({ worker }: Question): Reason | undefined {
  if (worker.node?.doNotDisrupt !== true) return undefined;
  return { code: 'node-do-not-disrupt', text: `an annotation on ${worker.id} forbids disruption` };
}

function cordonedManually({ worker }: Question): Reason | undefined {
  if (worker.node?.isUnschedulable !== true || worker.node.cordonedBy !== undefined) return undefined;
  return { code: 'cordoned-by-person', text: `${worker.id} was cordoned, and not by us` };
}

function tooYoung({ worker, situation: context }: Question): Reason | undefined {
  const youngMs = context.policy.shrink.minNodeAgeSeconds * 1000;
  const ageMs = context.nowMs - (worker.node?.createdAtMs ?? context.nowMs);
  if (ageMs >= youngMs) return undefined;
  const text = `${worker.id} is ${secondsText(ageMs)} old, younger than ${secondsText(youngMs)}`;
  return { code: 'too-young', text, facts: { ageMs } };
}

function drainPaused({ worker, situation: context, lastAbort }: Question): Reason | undefined {
  const { retryAfterAbortSeconds } = context.policy.shrink;
  const pauseMs = lastAbort?.isForbidden === true ? FORBIDDEN_PAUSE_MS : retryAfterAbortSeconds * 1000;
  const untilMs = (lastAbort?.atMs ?? Number.NEGATIVE_INFINITY) + pauseMs;
  if (untilMs <= context.nowMs) return undefined;
  const text = `the last drain of ${worker.id} was aborted; it is left alone for another ${secondsText(untilMs - context.nowMs)}`;
  return { code: 'drain-paused', text, facts: { untilMs } };
}

/** A zone that the policy no longer names needs no worker. */
function lastInZone({ worker, situation: context, mix }: Question): Reason | undefined {
  const { minPerZone } = context.policy.nodes;
  if (worker.zone !== undefined && !context.policy.instances.zones.includes(worker.zone)) return undefined;
  const inZone = worker.zone === undefined ? 0 : (mix.byZone.get(worker.zone) ?? 0);
  if (inZone - Number(isReady(worker)) >= minPerZone) return undefined;
  const text = `${inZone} ready worker(s) in ${worker.zone ?? 'an unknown zone'}, ${minPerZone} must stay in every zone`;
  return { code: 'last-in-zone', text, facts: { inZone, minPerZone } };
}

function onDemandBase({ worker, situation: context, mix }: Question): Reason | undefined {
  if (worker.lifecycle === 'spot') return undefined;
  const { onDemandBase: base } = context.policy.spot;
  const onDemand = mix.total - mix.spot;
  if (onDemand - Number(isReady(worker)) >= base) return undefined;
  const text = `${onDemand} ready on-demand worker(s), the base is ${base}`;
  return { code: 'on-demand-base', text, facts: { onDemand, base } };
}

function protectedPod({ evictable, budgets }: Question): Reason | undefined {
  const known = judged.get(evictable);
  if (known?.budgets === budgets) return known.reason;
  const reasons = evictable
    .map((pod) => podProtection(pod, budgets(pod)))
    .filter((reason) => reason !== undefined);
  const reason = reasons.sort((a, b) => (a.text < b.text ? -1 : 1))[0];
  judged.set(evictable, { budgets, reason });
  return reason;
}

/** What was found of the pods of a node, which are the same list as long as none of them changes. */
const judged = new WeakMap<
  readonly Pod[],
  { readonly budgets: BudgetsOf; readonly reason: Reason | undefined }
>();

function isReady({ condition }: Worker): boolean {
  return condition === 'ready';
}

/** When the last drain of a node was aborted, and whether for a right that somebody must give first. */
interface LastAbort {
  readonly atMs: number;
  readonly isForbidden: boolean;
}

function lastAborts({ snapshot, nowMs }: DecisionContext): ReadonlyMap<string, LastAbort> {
  const latest = new Map<string, LastAbort>();
  for (const { nodeName, outcome, endedAtMs = nowMs } of abortedIn(snapshot.operations)) {
    const atMs = Math.min(endedAtMs, nowMs);
    if (atMs < (latest.get(nodeName)?.atMs ?? Number.NEGATIVE_INFINITY)) continue;
    latest.set(nodeName, { atMs, isForbidden: outcome?.code === 'surge-forbidden' });
  }
  return latest;
}

const abortedIn = memoizeByIdentity((operations: readonly Operation[]) =>
  operations.filter((o): o is RemoveOperation => o.kind === 'remove' && o.step === 'aborted'),
);
