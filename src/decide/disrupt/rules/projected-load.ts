import type { Reason } from '../../../model/reason.ts';
import type { Resources } from '../../../model/resources.ts';
import { levelsOf, windowOf } from '../../launch/demands/utilization.ts';
import { valuesOver } from '../../launch/demands/window.ts';
import type { DecisionContext } from '../../state/decision-context.ts';
import type { Worker } from '../../state/fleet.ts';
import { percentText } from '../../text/wording.ts';

/** Points that low load must leave to a growth threshold once it is left to fewer. */
const LOW_MARGIN_POINTS = 5;

/** What a fleet is to become. */
export interface FleetChange {
  readonly leaving: readonly Worker[];
  /** What the new workers offer to pods. */
  readonly gained?: readonly Resources[];
  /** Load is low, and may rise a good deal before the fleet grows: the margin is smaller than what stands for hours needs. */
  readonly isLow?: boolean;
}

/**
 * Why the load would not fit the fleet as it would be, or `undefined` when it would: the highest CPU and memory of the last
 * `downWindowSeconds`, spread over what is left, each stay halfway between their thresholds, or while load is low, five points below
 * that of growth. Unknown is never low.
 */
export function overloadAfter(
  { leaving, gained = [], isLow = false }: FleetChange,
  context: DecisionContext,
): Reason | undefined {
  const { policy, fleet } = context;
  const ready = fleet.workers.filter(({ condition }) => condition === 'ready');
  const staying = ready.filter((worker) => !leaving.includes(worker));
  // Where nothing is left there are no pods either: whether they fit elsewhere decides.
  if (!policy.utilization.enabled || staying.length + gained.length === 0) return undefined;
  const options = windowOf(context, policy.utilization.downWindowSeconds);
  for (const { name, code, signal, threshold } of levelsOf(context)) {
    const resource = code === 'cpu' ? 'cpuMillis' : 'memoryMiB';
    const values = valuesOver(signal, options);
    if (values.status === 'unknown')
      return { code: `${code}-unknown`, text: `${name} is not known: ${values.why}` };
    const sumOf = (workers: readonly Worker[]) =>
      workers.reduce((sum, { node }) => sum + (node?.allocatable[resource] ?? 0), 0);
    const after = sumOf(staying) + gained.reduce((sum, offered) => sum + offered[resource], 0);
    const percent = after > 0 ? (values.highest * sumOf(ready)) / after : Number.POSITIVE_INFINITY;
    const { upPercent, downPercent } = threshold;
    const most = isLow ? upPercent - LOW_MARGIN_POINTS : (upPercent + downPercent) / 2;
    if (percent <= most) continue;
    const text = `${name} of the others would be at ${percentText(percent)}, and growth begins above ${upPercent} %: at most ${most} % is left to them`;
    return { code: 'load-would-not-fit', text, facts: { percent, most } };
  }
  return undefined;
}
