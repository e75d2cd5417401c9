import { Cron } from 'croner';

/** A part of the policy that begins at times: a cron expression and the IANA zone in which it is read. */
export interface Recurring {
  readonly start: string;
  readonly timeZone: string;
}

/** Parsing an expression is dear beside asking it, and a policy's parts are the same objects round after round. */
const parsed = new WeakMap<Recurring, Cron>();

/** The first start after that time, in milliseconds; `undefined` when none comes. */
export function firstStartAfter(recurring: Recurring, afterMs: number): number | undefined {
  let cron = parsed.get(recurring);
  if (cron === undefined) {
    cron = new Cron(recurring.start, { timezone: recurring.timeZone });
    parsed.set(recurring, cron);
  }
  return cron.nextRun(new Date(afterMs))?.getTime();
}
