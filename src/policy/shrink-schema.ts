import { z } from 'zod';
import { isCronExpression, occurs } from './cron.ts';
import { percent, seconds, timeZone } from './schema-parts.ts';

const disruptionBudget = z.strictObject({
  name: z.string().min(1).max(63).describe('Name that reasons show; each budget has its own.'),
  maxNodesPerHour: z
    .number()
    .int()
    .min(0)
    .max(1_000)
    .describe('Most removals that may begin within an hour while it holds; 0: none.'),
  start: z
    .string()
    .refine(isCronExpression, {
      error: 'must be a cron expression of five fields: minute, hour, day, month, weekday',
      abort: true,
      params: { remedy: 'write it like "0 9 * * 1-5": 09:00 on Monday to Friday' },
    })
    .refine(occurs, { error: 'never comes true', params: { remedy: 'choose a date that exists' } })
    .optional()
    .meta({ examples: ['0 9 * * 1-5'] })
    .describe('When it begins to hold; absent: it always holds.'),
  durationMinutes: z
    .number()
    .int()
    .min(1)
    .max(10_080)
    .optional()
    .describe('How long it holds from its start.'),
  timeZone: timeZone.default('Asia/Dhaka').describe('IANA time zone in which start is read.'),
});

/** How nodes are removed. */
export const shrink = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether nodes that the load does not need are removed.'),
  maxNodesPerDecision: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(1)
    .describe('Most nodes that one decision removes.'),
  drainTimeoutSeconds: z
    .number()
    .int()
    .min(10)
    .max(3_600)
    .default(300)
    .describe('A drain not over by then is given up and the node taken back into use.'),
  graceLimitSeconds: z
    .number()
    .int()
    .min(1)
    .max(3_600)
    .default(60)
    .describe('Longest grace period an evicted pod is given.'),
  minNodeAgeSeconds: seconds.default(300).describe('A younger node is never removed.'),
  unneededSeconds: seconds
    .default(600)
    .describe('A node goes once it has been unneeded for so long without a break.'),
  minUseSeconds: seconds
    .default(1_800)
    .describe('No node that is not needed goes so long after a launch for load or for pods.'),
  retryAfterAbortSeconds: seconds
    .default(180)
    .describe('A node whose drain was aborted is left alone so long.'),
  maxUnreadyPercent: percent.default(20).describe('No removal while more workers than this are not ready.'),
  budgets: z
    .array(disruptionBudget)
    .max(100)
    .default([])
    .describe('How many removals may begin within an hour; every budget that holds must agree.'),
});

/** When workers are replaced to save money. */
export const consolidation = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe('Whether workers are replaced by fewer or cheaper ones that hold the same pods.'),
  minSavingPercent: percent.default(20).describe("Least share of the replaced workers' cost that is saved."),
  horizonHours: z
    .number()
    .positive()
    .max(720)
    .default(6)
    .describe('For how long a saving is taken to last when it is weighed against the disruption.'),
  podMoveUsd: z.number().min(0).max(100).default(0.001).describe('What moving one pod is taken to cost.'),
  maxNodesAtOnce: z
    .number()
    .int()
    .min(1)
    .max(20)
    .default(3)
    .describe('Most workers that are replaced together.'),
  minNodeAgeSeconds: seconds.default(3_600).describe('A younger worker is not replaced.'),
  retryAfterSeconds: seconds
    .default(21_600)
    .describe('Workers whose replacement came to nothing are left alone so long.'),
});
