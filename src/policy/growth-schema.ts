import { z } from 'zod';
import { percent, seconds } from './schema-parts.ts';

/* What the policy says of growth: for pods that cannot be placed, and by measured load. */

export const pending = z.strictObject({
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

export const utilization = z.strictObject({
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

export const cooldown = z.strictObject({
  afterGrowthSeconds: seconds.default(300).describe('No growth by metrics so long after one.'),
  shrinkAfterGrowthSeconds: seconds.default(600).describe('No removal so long after a growth.'),
  shrinkAfterShrinkSeconds: seconds.default(600).describe('No removal so long after a removal.'),
});
