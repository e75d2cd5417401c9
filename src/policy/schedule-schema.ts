import { z } from 'zod';
import { isCronExpression, occurs } from './cron.ts';
import { timeZone } from './schema-parts.ts';

/** A level over time: at least `minNodes` from the lead before `start` until the duration is over. */
export const schedule = z.strictObject({
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
