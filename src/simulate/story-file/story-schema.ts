import { z } from 'zod';

const MINUTES_PER_WEEK = 7 * 24 * 60;

/** `HH:MM` or `HH:MM:SS` since the story began, in milliseconds; the second day begins at 24:00. */
const time = z
  .string()
  .regex(
    /^\d{2,3}:[0-5]\d(:[0-5]\d)?$/,
    'must be a time since the beginning such as 09:30, or 33:30 on the second day',
  )
  .transform((text) => {
    const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
    return ((hours * 60 + minutes) * 60 + seconds) * 1_000;
  });
const percent = z.number().min(0).max(100);
const minutes = z.number().min(0.1).max(MINUTES_PER_WEEK);
const count = z.number().int().min(0).max(1_000);
const name = z
  .string()
  .max(50)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'must be a Kubernetes name: small letters, digits, dashes');

const autoscale = z.strictObject({
  minReplicas: count.min(1),
  maxReplicas: count.min(1),
  /** How much of the load this workload serves. */
  loadPercent: percent.default(100),
});

const workload = z.strictObject({
  name,
  kind: z.enum(['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob']).default('Deployment'),
  /** Of a Job or CronJob: its pods, all at once. */
  replicas: count.default(1),
  cpuMillis: z.number().int().min(1).max(64_000),
  memoryMiB: z.number().int().min(1).max(256_000),
  autoscale: autoscale.optional(),
  /** Spread over zones or nodes; a hard one is a condition, a soft one a wish. */
  spread: z
    .strictObject({
      over: z.enum(['zone', 'node']),
      maxSkew: z.number().int().min(1).max(10).default(1),
      hard: z.boolean().default(false),
    })
    .optional(),
  /** No two pods in one zone, or on one node. */
  antiAffinity: z.enum(['zone', 'node']).optional(),
  nodeSelector: z.record(z.string(), z.string()).optional(),
  /** A PodDisruptionBudget of its own. */
  maxUnavailable: z.number().int().min(0).max(1_000).optional(),
  disruption: z.enum(['always', 'never']).optional(),
  localVolume: z.boolean().optional(),
  priority: z.number().int().min(-1_000_000).max(1_000_000).optional(),
  startSeconds: z.number().min(0).max(3_600).optional(),
  /** Of a Job's pod: how long its work takes. */
  runMinutes: minutes.optional(),
  /** Of a CronJob. */
  everyMinutes: minutes.optional(),
  /** When it is deployed and deleted. @default the whole story */
  from: time.optional(),
  until: time.optional(),
  /** When a new version of a Deployment is rolled out. */
  rollouts: z.array(time).max(500).default([]),
  surgePercent: percent.optional(),
  unavailablePercent: percent.optional(),
});

const scope = {
  type: z.string().optional(),
  zone: z.string().optional(),
  lifecycle: z.enum(['spot', 'on-demand']).optional(),
};
const at = { at: time };

const strike = z.discriminatedUnion('kind', [
  z.strictObject({ ...at, kind: z.literal('no-capacity'), minutes, ...scope }),
  z.strictObject({ ...at, kind: z.literal('never-joins'), minutes, ...scope }),
  z.strictObject({
    ...at,
    kind: z.literal('interrupt-spot'),
    percent: percent.default(100),
    type: scope.type,
    zone: scope.zone,
  }),
  z.strictObject({ ...at, kind: z.literal('lose-zone'), zone: z.string(), minutes }),
  z.strictObject({ ...at, kind: z.literal('burst'), pods: count.min(1) }),
  z.strictObject({ ...at, kind: z.literal('load-factor'), factor: z.number().min(0).max(100) }),
  z.strictObject({ ...at, kind: z.literal('telemetry-away'), minutes }),
  z.strictObject({
    ...at,
    kind: z.literal('commit'),
    /** Values by their keys in the policy, such as `spot.percent`. */
    set: z.record(z.string(), z.unknown()),
  }),
  z.strictObject({ ...at, kind: z.literal('fault'), name: z.string() }),
]);

/** A story file: what runs, what users ask for, and what goes wrong, by time. */
export const storySchema = z.strictObject({
  about: z.string().max(300),
  hours: z
    .number()
    .min(0.5)
    .max(24 * 31)
    .default(24),
  /** How many t3.small the load's 100 % needs. */
  peakNodes: z.number().min(0.1).max(200).default(8),
  /** Whether the sample shop runs too; its web pods serve what other workloads leave of the load. */
  shop: z.boolean().default(true),
  /** Points between which the load goes in straight lines; the first holds before it, the last after it. */
  load: z
    .array(z.strictObject({ ...at, percent: z.number().min(0).max(1_000) }))
    .min(1)
    .max(5_000),
  workloads: z.array(workload).max(100).default([]),
  strikes: z.array(strike).max(1_000).default([]),
});

export type Story = z.infer<typeof storySchema>;
export type StoryWorkload = Story['workloads'][number];
export type Strike = Story['strikes'][number];
