import { z } from 'zod';
import { cooldown, pending, utilization } from './growth-schema.ts';
import { schedule } from './schedule-schema.ts';
import { percent, seconds } from './schema-parts.ts';
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

const labelKey = z.string().min(1).max(317);

const nodeTemplate = z.strictObject({
  labels: z
    .record(labelKey, z.string().max(63))
    .default({})
    .describe('Labels that nodes register with, beside those of Kubernetes and ours.'),
  taints: z
    .array(
      z.strictObject({
        key: labelKey.describe('Key of the taint.'),
        value: z.string().max(63).default('').describe('Value of the taint.'),
        effect: z
          .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
          .describe('What it does to pods that do not tolerate it.'),
      }),
    )
    .max(50)
    .default([])
    .describe('Taints that stay on nodes: pods must tolerate them.'),
  startupTaints: z
    .array(labelKey)
    .max(50)
    .default([])
    .describe(
      'Keys of taints that leave a node by themselves, beside the common ones of network and storage.',
    ),
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
  template: nodeTemplate
    .prefault({})
    .describe('What new nodes carry, as the launch template makes them; read until a worker shows it.'),
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

const launch = z.strictObject({
  joinTimeoutSeconds: z
    .number()
    .int()
    .min(30)
    .max(3_600)
    .default(300)
    .describe('From launch to Ready; past it the instance is terminated.'),
  minJoinTimeoutSeconds: z
    .number()
    .int()
    .min(30)
    .max(3_600)
    .default(120)
    .describe('The timeout follows measured boots; it never falls below this.'),
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
  sizeByCredits: z
    .boolean()
    .default(true)
    .describe('Whether workers are bought and kept where they save more surplus CPU credits than they cost.'),
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
