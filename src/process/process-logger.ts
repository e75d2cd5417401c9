import { type Logger, pino } from 'pino';

/** One JSON line an entry on stdout, with the time as text and the level by name, as log collectors want it. */
export function processLogger(): Logger {
  return pino({
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }) },
  });
}
