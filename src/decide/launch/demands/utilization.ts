import type { Demand, Refusal } from '../../../model/plan.ts';
import type { ReasonCode } from '../../../model/reason-codes.ts';
import type { Reason } from '../../../model/reason.ts';
import type { Signal } from '../../../model/signal.ts';
import type { DecisionContext } from '../../state/decision-context.ts';
import type { Purpose } from '../../state/purpose.ts';
import { countText, percentText, secondsText } from '../../text/wording.ts';
import type { DemandContext, DemandSource } from './demand-source.ts';
import { valuesOver, type WindowOptions, type WindowValues } from './window.ts';

const BYTES_PER_MB = 1e6;

/** What load says: how many nodes, whether fewer would do, and whether it is high at this moment. */
export interface UtilizationDemand {
  readonly demand: Demand;
  /** Why load forbids shrinking; `undefined` when it was low for the whole window. */
  readonly shrinkBlockedBy: NotLow | undefined;
}

/** Why load is not low, and whether what it is was measured. */
interface NotLow {
  readonly reason: Reason;
  readonly isKnown: boolean;
}

interface Trigger {
  readonly reason: Reason;
  readonly isUrgent: boolean;
}

/** Growth by load, which alone waits for the cooldown after growth and begins one. */
export const loadDemand: DemandSource = {
  name: 'utilization',
  evaluate: ({ situation: context, usable, mix, waitingPods }: DemandContext) => {
    const { demand, shrinkBlockedBy } = utilizationDemand(context, waitingPods);
    const said = {
      demand,
      ...(shrinkBlockedBy !== undefined && {
        holdsShrink: { reason: shrinkBlockedBy.reason, purposes: purposesHeld(shrinkBlockedBy) },
      }),
    };
    const count = Math.max(0, (demand.nodes ?? 0) - mix.total);
    if (count === 0) return { ...said, requests: [] };
    const { growthUntilMs } = context.cooldowns;
    const { reasons } = demand;
    if (growthUntilMs <= context.nowMs)
      return { ...said, requests: [{ count, offerings: usable, reasons, startsCooldown: true }] };
    const left = secondsText(growthUntilMs - context.nowMs);
    const why = reasons.map((reason) => reason.text).join('; ');
    const text = `${why}: suppressed by the cooldown after growth for another ${left}`;
    const refusal: Refusal = { what: 'grow', reason: { code: 'suppressed-by-cooldown', text } };
    return { ...said, requests: [], isWanted: true, refusals: [refusal], wakeAtMs: growthUntilMs };
  },
};

/** Load that is known and not low leaves nodes that nothing needs to the projection; unknown load is never low. */
function purposesHeld({ isKnown }: NotLow): readonly Purpose[] {
  return isKnown ? ['low-load'] : ['low-load', 'unneeded'];
}

/**
 * Growth when a metric was strictly above its threshold for the whole up window (R3, R5, R11): `step` nodes more than are
 * ready now, so what boots already counts. Nothing is said under unknown or stale data; under partial data only what the
 * known part proves even if all others were idle (F5).
 */
export function utilizationDemand(context: DecisionContext, pendingPods: number): UtilizationDemand {
  const { policy, snapshot, fleet } = context;
  if (!policy.utilization.enabled)
    return {
      demand: noDemand('utilization-off', 'metrics are off in the policy'),
      shrinkBlockedBy: undefined,
    };
  const triggers = triggersOf(context);
  const shrinkBlockedBy = whyNotLow(context);
  if (triggers.length === 0) {
    const { cpuPercent, memoryPercent } = snapshot.utilization;
    const text = `no metric was above its threshold for ${secondsText(policy.utilization.upWindowSeconds * 1000)}: CPU ${newestText(cpuPercent)}, memory ${newestText(memoryPercent)}`;
    return { demand: noDemand('load-not-high', text), shrinkBlockedBy };
  }
  const { step, urgentStep, urgentPendingPods } = policy.utilization;
  const isCrowded = pendingPods > urgentPendingPods;
  const steps = isCrowded || triggers.some((trigger) => trigger.isUrgent) ? urgentStep : step;
  const ready = fleet.workers.filter((worker) => worker.condition === 'ready').length;
  const reasons = triggers.map((trigger) => trigger.reason);
  if (isCrowded) {
    const text = `${countText(pendingPods, 'pending pod')}, more than ${urgentPendingPods} make it urgent`;
    reasons.push({ code: 'pending-urgent', text, facts: { pendingPods } });
  }
  return { demand: { name: 'utilization', nodes: ready + steps, reasons }, shrinkBlockedBy };
}

/** Whether CPU or memory is above its threshold in all samples of the last 30 s: reason enough to stop a drain (F57). */
export function loadIsHighNow(context: DecisionContext): Reason | undefined {
  const { utilization } = context.policy;
  if (!utilization.enabled) return undefined;
  const stepMs = utilization.scrapeIntervalSeconds * 1000;
  const options = { ...windowOf(context, 0), windowMs: Math.max(30_000, 2 * stepMs) };
  for (const { name, signal, threshold } of levelsOf(context)) {
    const values = valuesOver(signal, options);
    if (values.status === 'unknown' || values.lowest * provenShare(values) <= threshold.upPercent) continue;
    const text = `${name} is at ${percentText(values.newest)}, above ${threshold.upPercent} %`;
    return { code: 'load-rose', text, facts: { percent: values.newest, threshold: threshold.upPercent } };
  }
  return undefined;
}

/** The figures that are held against thresholds. */
export function levelsOf({ policy, snapshot }: DecisionContext) {
  return [
    { name: 'CPU', code: 'cpu', signal: snapshot.utilization.cpuPercent, threshold: policy.utilization.cpu },
    {
      name: 'memory',
      code: 'memory',
      signal: snapshot.utilization.memoryPercent,
      threshold: policy.utilization.memory,
    },
  ] as const;
}

function triggersOf(context: DecisionContext): Trigger[] {
  const { utilization } = context.policy;
  const options = windowOf(context, utilization.upWindowSeconds);
  const window = secondsText(options.windowMs);
  const levels = levelsOf(context).flatMap(({ name, code, signal, threshold }): Trigger[] => {
    const values = valuesOver(signal, options);
    if (values.status === 'unknown' || values.lowest * provenShare(values) <= threshold.upPercent) return [];
    const urgentPercent = threshold.urgentPercent ?? Number.POSITIVE_INFINITY;
    const isUrgent = values.newest * provenShare(values) > urgentPercent;
    const urgent = isUrgent ? `, urgent above ${urgentPercent} %` : '';
    const text = `${name} ${percentText(values.newest)}, above ${threshold.upPercent} % for ${window}${urgent}`;
    const facts = { percent: values.newest, threshold: threshold.upPercent };
    return [{ isUrgent, reason: { code: `${code}-high`, text, facts } }];
  });
  return [...levels, ...throughputTriggers(context, options)];
}

function throughputTriggers(context: DecisionContext, options: WindowOptions): Trigger[] {
  const { utilization } = context.policy;
  const signals = context.snapshot.utilization;
  const all = [
    { name: 'network', limit: utilization.network?.upMBps, signal: signals.networkBytesPerSecond },
    { name: 'disk', limit: utilization.disk?.upMBps, signal: signals.diskBytesPerSecond },
  ] as const;
  return all.flatMap(({ name, limit, signal }): Trigger[] => {
    const values = limit === undefined ? undefined : valuesOver(signal, options);
    // A sum over some of the workers is a lower bound of the sum over all, so partial data proves as it stands.
    if (limit === undefined || values?.status !== 'known' || values.lowest / BYTES_PER_MB <= limit) return [];
    const moved = Math.round(values.newest / BYTES_PER_MB);
    const text = `${name} ${moved} MB/s, above ${limit} MB/s for ${secondsText(options.windowMs)}`;
    return [
      { isUrgent: false, reason: { code: `${name}-high`, text, facts: { MBps: moved, threshold: limit } } },
    ];
  });
}

/** An average over some workers holds for all only as if the unseen ones stood still. */
function provenShare(values: Extract<WindowValues, { status: 'known' }>): number {
  return values.isPartial ? values.coverage : 1;
}

function whyNotLow(context: DecisionContext): NotLow | undefined {
  const options = windowOf(context, context.policy.utilization.downWindowSeconds);
  const window = secondsText(options.windowMs);
  for (const { name, code, signal, threshold } of levelsOf(context)) {
    const values = valuesOver(signal, options);
    if (values.status === 'unknown') {
      const text = `${name} is not known: ${values.why}`;
      return { isKnown: false, reason: { code: `${code}-unknown`, text } };
    }
    if (values.isPartial) {
      const text = `${name} is known of ${percentText(100 * values.coverage)} of the ready workers only`;
      return {
        isKnown: false,
        reason: { code: `${code}-partial`, text, facts: { coverage: values.coverage } },
      };
    }
    if (values.highest >= threshold.downPercent) {
      const text = `${name} was up to ${percentText(values.highest)} in the last ${window}, not below ${threshold.downPercent} %`;
      const facts = { highest: values.highest, threshold: threshold.downPercent };
      return { isKnown: true, reason: { code: `${code}-not-low`, text, facts } };
    }
  }
  return undefined;
}

/** A window of the policy that ends now. */
export function windowOf(context: DecisionContext, windowSeconds: number): WindowOptions {
  const { minCoveragePercent } = context.policy.utilization;
  return { nowMs: context.nowMs, windowMs: windowSeconds * 1000, minCoveragePercent };
}

function noDemand(code: ReasonCode, text: string): Demand {
  return { name: 'utilization', nodes: undefined, reasons: [{ code, text }] };
}

function newestText(signal: Signal): string {
  if (signal.status === 'unknown') return `unknown (${signal.why})`;
  const newest = signal.samples.at(-1);
  return newest === undefined ? 'unknown (no sample)' : percentText(newest.value);
}
