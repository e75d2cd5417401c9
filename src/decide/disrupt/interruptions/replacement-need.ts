import type { Signal } from '../../../model/signal.ts';
import { floorOf } from '../../launch/demands/floor.ts';
import { valuesOver } from '../../launch/demands/window.ts';
import type { DecisionContext } from '../../state/decision-context.ts';
import { relocationsIn } from '../rules/relocation.ts';

/**
 * Of instances that AWS takes away, those that have to be made up for: where fewer workers than the floor stay, where the load of all
 * would be above a threshold on those that stay, or where their pods do not fit there. What is not known counts as needed.
 */
export function neededReplacements(
  instanceIds: readonly string[],
  context: DecisionContext,
): readonly string[] {
  if (instanceIds.length === 0) return [];
  if (!carriesLoad(instanceIds, context)) return instanceIds;
  const missing = Math.max(0, floorOf(context).nodes - context.fleet.workers.length);
  const nodeOf = new Map(context.snapshot.nodes.map((node) => [node.instanceId, node.name]));
  const going = new Set(instanceIds.flatMap((id) => nodeOf.get(id) ?? []));
  const relocations = relocationsIn(context, going);
  return instanceIds.filter((id, index) => {
    if (index < missing) return true;
    const nodeName = nodeOf.get(id);
    // Its pods have found another place by now, or wait and ask for a node themselves.
    return nodeName !== undefined && relocations.of({ id: nodeName }) !== undefined;
  });
}

/** Whether the workers that stay would carry the load of all below the thresholds of growth. */
function carriesLoad(instanceIds: readonly string[], context: DecisionContext): boolean {
  const { policy, snapshot, fleet } = context;
  const { enabled, cpu, memory } = policy.utilization;
  if (!enabled) return true;
  const staying = fleet.workers.flatMap(({ node, condition }) => (condition === 'ready' ? (node ?? []) : []));
  const going = snapshot.nodes.filter(
    ({ instanceId, isReady }) => isReady && instanceId !== undefined && instanceIds.includes(instanceId),
  );
  const { cpuPercent, memoryPercent } = snapshot.utilization;
  const levels = [
    { signal: cpuPercent, upPercent: cpu.upPercent, resource: 'cpuMillis' },
    { signal: memoryPercent, upPercent: memory.upPercent, resource: 'memoryMiB' },
  ] as const;
  return levels.every(({ signal, upPercent, resource }) => {
    const after = staying.reduce((sum, { allocatable }) => sum + allocatable[resource], 0);
    const lost = going.reduce((sum, { allocatable }) => sum + allocatable[resource], 0);
    const percent = highestOf(signal, context);
    return percent !== undefined && after > 0 && percent * ((after + lost) / after) <= upPercent;
  });
}

function highestOf(signal: Signal, { policy, nowMs }: DecisionContext): number | undefined {
  const { upWindowSeconds, minCoveragePercent } = policy.utilization;
  const values = valuesOver(signal, { nowMs, windowMs: upWindowSeconds * 1000, minCoveragePercent });
  return values.status === 'known' && !values.isPartial ? values.highest : undefined;
}
