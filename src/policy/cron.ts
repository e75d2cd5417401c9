import { Cron } from 'croner';

/** Where the search for a first occurrence begins; fixed, so that the same text is valid on every day. */
const REFERENCE = new Date('2024-01-01T00:00:00Z');

/** Whether the text is a cron expression of exactly five fields (no seconds, no years, no `@daily`). */
export function isCronExpression(text: string): boolean {
  return text.trim().split(/\s+/).length === 5 && cronOf(text) !== undefined;
}

/** Whether the expression ever comes true: 30 February does not. Texts that are no cron expression count as never. */
export function occurs(text: string): boolean {
  return cronOf(text)?.nextRun(REFERENCE) instanceof Date;
}

function cronOf(text: string): Cron | undefined {
  try {
    return new Cron(text.trim(), { mode: '5-part', timezone: 'UTC', paused: true });
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}
