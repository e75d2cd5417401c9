import { z } from 'zod';
import { isCronExpression, occurs } from './cron.ts';
import { percent, seconds, timeZone } from './schema-parts.ts';
import { consolidation, shrink } from './shrink-schema.ts';

/*
 * The one definition of what a policy may say. Defaults are the numbers of docs/requirements (R1-R55); keys carry their
 * units. Every object is strict: an unknown key is a fault, never ignored. Rules between fields live in cross-field-rules.ts.
 */

const nodes = z.strictObject({
  min: z
    .number()
    .int()
    .min(0)
    .max(5_000)
    .default(2)
    .describe('Fewest workers; the fleet is repaired up to it at once.'),
  max: z
    .number()
    .int()
    .min(1)
    .max(5_000)
    .default(10)
    .describe('Most workers that may cost money, those in flight counted.'),
  minPerZone: z
    .number()
    .int()
    .min(0)
    .max(100)
    .default(1)
    .describe('Workers kept in every zone while the fleet is large enough.'),
  maxCpuMillis: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('Most CPU that all workers together offer to pods; off unless given.'),
  maxMemoryMiB: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('Most memory that all workers together offer to pods; off unless given.'),
});

const instances = z.strictObject({
  types: z
    .array(
      z
        .string()
        .regex(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, 'must be an EC2 instance type such as t3.small')
        .meta({ examples: ['t3.small'] }),
    )
    .min(1)
    .default(['t3.small', 't3a.small'])
    .describe('EC2 instance types that may be bought; among equals the first is taken.'),
  zones: z
    .array(
      z
        .string()
        .regex(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, 'must be an availability zone such as ap-southeast-1a')
        .meta({ examples: ['ap-southeast-1a'] }),
    )
    .min(1)
    .default(['ap-southeast-1a', 'ap-southeast-1b'])
    .describe('Availability zones of one region that may be used; among equals the first is taken.'),
});

const spot = z.strictObject({
  percent: percent.default(70).describe('Share of the workers above onDemandBase that should be spot.'),
  onDemandBase: z
    .number()
    .int()
    .min(0)
    .max(5_000)
    .default(2)
    .describe('The first so many workers are always on-demand.'),
  spreadPercent: percent
    .default(5)
    .describe('Each spot worker of a type makes the next of that type look so much dearer.'),
  rebalance: z
    .enum(['ignore', 'cordon', 'replace'])
    .default('replace')
    .describe('What follows when AWS says that a spot worker is likely to be taken back soon.'),
});

const loop = z.strictObject({
  intervalSeconds: z
    .number()
    .int()
    .min(1)
    .max(3_600)
    .default(15)
    .describe('Safety-net timer; changes wake the loop at once.'),
  eventDriven: z
    .boolean()
    .default(true)
    .describe('Whether changes in the cluster wake the loop; false: the timer alone.'),
});

const pending = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe('Whether pods that the scheduler cannot place make the fleet grow.'),
  minAgeSeconds: seconds.default(0).describe('Unschedulable for at least so long before it counts.'),
  batchIdleMs: z
    .number()
    .int()
    .min(0)
    .max(60_000)
    .default(250)
    .describe('Launch once no further pod joined for so long.'),
  batchMaxMs: z
    .number()
    .int()
    .min(0)
    .max(60_000)
    .default(1_000)
    .describe('Launch at the latest so long after the first pod.'),
  maxNodesPerDecision: z
    .number()
    .int()
    .min(1)
    .max(1_000)
    .default(10)
    .describe('Most nodes that one decision launches for pending pods.'),
  sizing: z
    .enum(['packing', 'step'])
    .default('packing')
    .describe('packing: as many nodes as the pods need; step: utilization.step.'),
  obeysCooldown: z
    .boolean()
    .default(false)
    .describe('Whether pending pods wait for the cooldown after growth, and growth for them begins one.'),
});

const threshold = (up: number, urgent: number | undefined, down: number) =>
  z.strictObject({
    upPercent: percent.default(up).describe('Grow when strictly above, for the whole upWindowSeconds.'),
    urgentPercent: (urgent === undefined ? percent.optional() : percent.default(urgent)).describe(
      'Grow by urgentStep when strictly above.',
    ),
    downPercent: percent
      .default(down)
      .describe('May shrink when strictly below, for the whole downWindowSeconds.'),
  });

const throughput = z.strictObject({
  upMBps: z
    .number()
    .positive()
    .describe('Grow when the workers together move more, in 10^6 bytes per second.'),
});

const utilization = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe('Whether CPU, memory, network and disk take part in decisions.'),
  cpu: threshold(70, 85, 30).prefault({}).describe('CPU of all ready workers together.'),
  memory: threshold(75, undefined, 50).prefault({}).describe('Memory of all ready workers together.'),
  network: throughput.optional().describe('Off unless given: network I/O of all workers.'),
  disk: throughput.optional().describe('Off unless given: disk I/O of all workers.'),
  upWindowSeconds: seconds.default(180).describe('How long a figure must stay above before the fleet grows.'),
  downWindowSeconds: seconds
    .default(600)
    .describe('How long every figure must stay below before the fleet shrinks.'),
  scrapeIntervalSeconds: z
    .number()
    .int()
    .min(1)
    .max(300)
    .default(15)
    .describe('How often Prometheus takes a sample.'),
  minCoveragePercent: percent
    .default(90)
    .describe('Share of samples and of ready workers that must be known.'),
  step: z.number().int().min(1).max(100).default(1).describe('Nodes that growth by metrics adds at once.'),
  urgentStep: z.number().int().min(1).max(100).default(2).describe('Nodes added at once when it is urgent.'),
  urgentPendingPods: z
    .number()
    .int()
    .min(0)
    .max(100_000)
    .default(5)
    .describe('More pending pods than this make a step urgent.'),
});

const cooldown = z.strictObject({
  afterGrowthSeconds: seconds.default(300).describe('No growth by metrics so long after one.'),
  shrinkAfterGrowthSeconds: seconds.default(600).describe('No removal so long after a growth.'),
  shrinkAfterShrinkSeconds: seconds.default(600).describe('No removal so long after a removal.'),
});

const launch = z.strictObject({
  joinTimeoutSeconds: z
    .number()
    .int()
    .min(30)
    .max(3_600)
    .default(300)
    .describe('From launch to Ready; past it the instance is terminated.'),
  maxConsecutiveFailures: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(3)
    .describe('Launching stops after so many failed joins in a row.'),
  failurePauseSeconds: seconds
    .default(60)
    .describe('Pause after a failed join; doubles with each further one.'),
  capacityRestSeconds: seconds
    .default(180)
    .describe('An offering without capacity rests so long; doubles with each failure.'),
});

const warmPool = z.strictObject({
  size: z
    .number()
    .int()
    .min(0)
    .max(100)
    .describe('Stopped on-demand machines that have joined once and start in seconds; each costs its disk.'),
  maxAgeHours: z
    .number()
    .int()
    .min(1)
    .max(8_760)
    .default(168)
    .describe('A machine that did not run for so long is replaced; CPU credits of T3 last 168 hours.'),
});

const cpuCredits = z.enum(['unlimited', 'standard']);

const cost = z.strictObject({
  maxUsdPerHour: z
    .number()
    .positive()
    .optional()
    .describe('Budget: no launch that would bring the fleet above it; off unless given.'),
  diskGiB: z.number().min(0).max(65_536).default(20).describe("Size of a worker's root volume."),
  diskUsdPerGiBMonth: z
    .number()
    .min(0)
    .max(10)
    .default(0.096)
    .describe('Price of the volume: gp3 in ap-southeast-1.'),
  interruptionUsd: z
    .number()
    .min(0)
    .max(1_000)
    .default(0.02)
    .describe('What one spot interruption costs: the pods moved, the hours paid twice.'),
  cpuCredits: z
    .strictObject({
      onDemand: cpuCredits.default('unlimited').describe('Credit mode of on-demand workers.'),
      spot: cpuCredits.default('unlimited').describe('Credit mode of spot workers.'),
    })
    .prefault({})
    .describe("What the launch template says of CPU credits; unlimited is EC2's own default for T3 and T4g."),
});

const schedule = z.strictObject({
  name: z.string().min(1).max(63).describe('Name that reasons show; each schedule has its own.'),
  start: z
    .string()
    .refine(isCronExpression, {
      error: 'must be a cron expression of five fields: minute, hour, day, month, weekday',
      abort: true,
      params: { remedy: 'write it like "50 8 * * 1-5": 08:50 on Monday to Friday' },
    })
    .refine(occurs, {
      error: 'never comes true',
      params: { remedy: 'choose a date that exists' },
    })
    .meta({ examples: ['50 8 * * 1-5'] })
    .describe('Cron expression of five fields: the local time at which the level begins.'),
  durationMinutes: z
    .number()
    .int()
    .min(1)
    .max(10_080)
    .describe('How long the level lasts from its start, a week at most.'),
  timeZone: timeZone.default('Asia/Dhaka').describe('IANA time zone in which start is read.'),
  leadMinutes: z
    .number()
    .int()
    .min(0)
    .max(240)
    .default(10)
    .describe('The level is wanted so long before it begins.'),
  minNodes: z
    .number()
    .int()
    .min(1)
    .max(5_000)
    .describe('Fewest workers while the level holds; never more than nodes.max.'),
});

export const policySchema = z.strictObject({
  apiVersion: z.literal('smartscale.dev/v1').default('smartscale.dev/v1').describe('Version of this format.'),
  kind: z.literal('ScalingPolicy').default('ScalingPolicy').describe('What the file is.'),
  suspend: z.boolean().default(false).describe('true: watch and report, change nothing.'),
  nodes: nodes.prefault({}).describe('How many workers there may be.'),
  instances: instances.prefault({}).describe('What may be bought, and where.'),
  spot: spot.prefault({}).describe('How many workers are spot instances.'),
  cost: cost.prefault({}).describe('What a worker really costs, and how much the fleet may.'),
  loop: loop.prefault({}).describe('When the autoscaler looks.'),
  pending: pending.prefault({}).describe('Growth for pods that the scheduler cannot place.'),
  utilization: utilization.prefault({}).describe('Growth and shrinking by measured load.'),
  cooldown: cooldown.prefault({}).describe('Pauses between changes driven by metrics.'),
  shrink: shrink.prefault({}).describe('How nodes are removed.'),
  consolidation: consolidation.prefault({}).describe('When workers are replaced to save money.'),
  launch: launch.prefault({}).describe('How new nodes are awaited.'),
  warmPool: warmPool
    .optional()
    .describe('Off unless given: machines that wait stopped until they are wanted.'),
  schedules: z
    .array(schedule)
    .max(100)
    .default([])
    .describe('Levels over time: at least minNodes from lead before start until the duration is over.'),
});

/** A policy with every default filled in; two texts with the same meaning give the same value. */
export type Policy = z.output<typeof policySchema>;

/** How many removals may begin within an hour, as `shrink.budgets` states it. */
export type RemovalBudget = Policy['shrink']['budgets'][number];
