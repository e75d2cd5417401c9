import type { Story, StoryWorkload } from './story-schema.ts';

/** What is wrong in a story whose values are right one by one. */
export interface StoryBreach {
  readonly path: readonly (string | number)[];
  readonly rule: string;
}

/** The rules between the values of a story; `faultNames` are the kinds of fault that a strike may name. */
export function storyBreaches(story: Story, faultNames: readonly string[]): readonly StoryBreach[] {
  return [
    ...loadBreaches(story),
    ...story.workloads.flatMap((workload, i) =>
      workloadBreaches(workload, story.workloads.slice(0, i)).map(({ path, rule }) => ({
        path: ['workloads', i, ...path],
        rule,
      })),
    ),
    ...story.strikes.flatMap((strike, i) =>
      strike.kind !== 'fault' || faultNames.includes(strike.name)
        ? []
        : [
            {
              path: ['strikes', i, 'name'],
              rule: `no fault is called so: use one of ${faultNames.join(', ')}`,
            },
          ],
    ),
  ];
}

function loadBreaches({ load, workloads }: Story): readonly StoryBreach[] {
  const fallen = load.findIndex(({ at }, i) => i > 0 && at <= (load[i - 1]?.at ?? 0));
  const served = workloads.reduce((sum, { autoscale }) => sum + (autoscale?.loadPercent ?? 0), 0);
  return [
    ...(fallen < 0 ? [] : [{ path: ['load', fallen, 'at'], rule: 'must be later than the point before it' }]),
    ...(load.some(({ percent }) => percent > 0)
      ? []
      : [{ path: ['load'], rule: 'must be above 0 somewhere' }]),
    ...(served <= 100
      ? []
      : [
          {
            path: ['workloads'],
            rule: `serve ${served} % of the load: autoscale.loadPercent must not exceed 100 in all`,
          },
        ]),
  ];
}

function workloadBreaches(workload: StoryWorkload, before: readonly StoryWorkload[]): readonly StoryBreach[] {
  const { kind, autoscale, everyMinutes, runMinutes, rollouts, from = 0, until } = workload;
  const isJob = kind === 'Job' || kind === 'CronJob';
  const breach = (isBroken: boolean, key: string, rule: string) => (isBroken ? [{ path: [key], rule }] : []);
  return [
    ...breach(
      before.some(({ name }) => name === workload.name),
      'name',
      'stands twice',
    ),
    ...breach(kind === 'CronJob' && everyMinutes === undefined, 'everyMinutes', 'is required of a CronJob'),
    ...breach(kind !== 'CronJob' && everyMinutes !== undefined, 'everyMinutes', 'is for a CronJob only'),
    ...breach(!isJob && runMinutes !== undefined, 'runMinutes', 'is for a Job or CronJob only'),
    ...breach(kind !== 'Deployment' && rollouts.length > 0, 'rollouts', 'are for a Deployment only'),
    ...breach(kind !== 'Deployment' && autoscale !== undefined, 'autoscale', 'is for a Deployment only'),
    ...breach(
      autoscale !== undefined && autoscale.minReplicas > autoscale.maxReplicas,
      'autoscale',
      'must not have more minReplicas than maxReplicas',
    ),
    ...breach(until !== undefined && until <= from, 'until', 'must be later than from'),
  ];
}
