import { selectorOf } from '../../model/selector.ts';
import type { BudgetSpec, PodTemplate, Workload } from '../cluster/workload.ts';
import type { ServingWorkload } from '../load/web-load.ts';
import { agentWorkloads, sampleWorkloads, type WorldWorkloads } from '../world/sample-workloads.ts';
import type { Story, StoryWorkload } from './story-schema.ts';

/** The namespace of a story's own workloads. */
const NAMESPACE = 'story';
const TOPOLOGY_KEYS = { zone: 'topology.kubernetes.io/zone', node: 'kubernetes.io/hostname' } as const;
const WHOLE_PERCENT = 100;

/** What runs when the story begins: the shop where it is wanted, and the workloads that last for the whole story. */
export function storyWorkloads({ shop, workloads }: Story): WorldWorkloads {
  const served = workloads.reduce((sum, { autoscale }) => sum + (autoscale?.loadPercent ?? 0), 0);
  const around = shop
    ? sampleWorkloads({ webShare: (WHOLE_PERCENT - served) / WHOLE_PERCENT })
    : agentWorkloads();
  return {
    workloads: [...around.workloads, ...workloads.filter(isThereFromTheStart).map(workloadOf)],
    serving: [...around.serving, ...workloads.flatMap(servingOf)],
    budgets: [...around.budgets, ...workloads.flatMap(budgetOf)],
  };
}

/** Workloads that come later, run again and again, or go before the end are deployed while the story is played. */
function isThereFromTheStart({ kind, from, autoscale }: StoryWorkload): boolean {
  return kind !== 'CronJob' && from === undefined && autoscale === undefined;
}

/** The workload as the cluster takes it; a CronJob as one of its Jobs. */
export function workloadOf(story: StoryWorkload): Workload {
  const { name, kind, replicas, autoscale, surgePercent, unavailablePercent } = story;
  return {
    kind: kind === 'CronJob' ? 'Job' : kind,
    namespace: NAMESPACE,
    name,
    replicas: autoscale?.minReplicas ?? replicas,
    template: templateOf(story),
    rollout: {
      ...(surgePercent !== undefined && { surgePercent }),
      ...(unavailablePercent !== undefined && { unavailablePercent }),
    },
  };
}

function templateOf(story: StoryWorkload): PodTemplate {
  const { name, cpuMillis, memoryMiB, runMinutes, startSeconds, priority, disruption, nodeSelector } = story;
  return {
    labels: { app: name },
    requests: { cpuMillis, memoryMiB, pods: 1 },
    ...placementOf(story),
    ...(nodeSelector !== undefined && { nodeSelector: selectorOf(nodeSelector) }),
    ...(disruption !== undefined && { disruption }),
    ...(story.localVolume !== undefined && { hasLocalVolume: story.localVolume }),
    ...(priority !== undefined && { priority }),
    ...(startSeconds !== undefined && { startSeconds }),
    ...(runMinutes !== undefined && { runSeconds: runMinutes * 60 }),
  };
}

function placementOf({ name, spread, antiAffinity }: StoryWorkload): Partial<PodTemplate> {
  const selector = selectorOf({ app: name });
  return {
    ...(spread !== undefined && {
      topologySpread: [
        {
          topologyKey: TOPOLOGY_KEYS[spread.over],
          maxSkew: spread.maxSkew,
          selector,
          whenUnsatisfiable: spread.hard ? ('DoNotSchedule' as const) : ('ScheduleAnyway' as const),
        },
      ],
    }),
    ...(antiAffinity !== undefined && {
      podAntiAffinity: [{ topologyKey: TOPOLOGY_KEYS[antiAffinity], selector, namespaces: [NAMESPACE] }],
    }),
  };
}

function servingOf(story: StoryWorkload): readonly ServingWorkload[] {
  const { autoscale } = story;
  if (autoscale === undefined) return [];
  const { minReplicas, maxReplicas, loadPercent } = autoscale;
  return [{ workload: workloadOf(story), share: loadPercent / WHOLE_PERCENT, minReplicas, maxReplicas }];
}

function budgetOf({ name, maxUnavailable }: StoryWorkload): readonly BudgetSpec[] {
  if (maxUnavailable === undefined) return [];
  return [{ namespace: NAMESPACE, name, selector: selectorOf({ app: name }), limit: { maxUnavailable } }];
}
