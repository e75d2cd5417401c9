/** What makes a world more like a real one, by name, so that each can be left out. */
export const WORLD_DETAILS = {
  'boot-times': 'boots take longer on some types, and some of them much longer than others',
  allocatable: 'machines of a type have some MiB less than the catalogue says',
  'rate-window': 'Prometheus shows rates over two minutes, a scrape late',
  'metrics-lag': 'the horizontal autoscaler sees what pods used half a minute ago',
  batch: 'CronJobs run beside the shop',
  rollouts: 'new versions of the web pods are rolled out with a surge',
  'single-replicas': 'more services with one replica run beside the shop',
  'zone-volumes': 'the volume of a StatefulSet’s pod binds it to the zone in which it first ran',
  'spot-choice':
    'EC2 chooses among the offerings of a spot launch by the depth of their pools, then by price',
  'image-pulls': 'a workload’s first pod on a node waits for its image',
  'scheduler-scores': 'the scheduler also scores balanced use and soft topology spread',
} as const;

export type WorldDetail = keyof typeof WORLD_DETAILS;

/** The details that a world has. */
export type WorldDetails = ReadonlySet<WorldDetail>;

export const ALL_DETAILS: WorldDetails = new Set(Object.keys(WORLD_DETAILS) as WorldDetail[]);
export const NO_DETAILS: WorldDetails = new Set();

/** Whether a world can be told to do without this. */
export function isWorldDetail(name: string): name is WorldDetail {
  return Object.hasOwn(WORLD_DETAILS, name);
}
