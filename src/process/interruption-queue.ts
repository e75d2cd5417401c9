import type { Logger } from 'pino';
import { QUEUE_URL_VARIABLE, queueFromEnv } from '../adapters/sqs/queue-location.ts';
import { SqsInterruptions } from '../adapters/sqs/sqs-interruptions.ts';
import type { Clock, Interruptions } from '../ports.ts';

/**
 * The queue of interruptions that the environment names. Without one a log line says once what is missing, and the rest works.
 * Throws a configuration `PortError` when the variable is no URL.
 */
export function interruptionQueue(
  env: Readonly<Record<string, string | undefined>>,
  { clock, logger }: { readonly clock: Clock; readonly logger: Pick<Logger, 'warn'> },
): Interruptions | undefined {
  const location = queueFromEnv(env);
  if (location !== undefined) return new SqsInterruptions(location, clock);
  logger.warn(
    { code: 'no-interruption-queue' },
    `${QUEUE_URL_VARIABLE} is not set: spot warnings are seen up to 15 s late, other announcements not at all; make the queue of docs/aws.md and name it`,
  );
  return undefined;
}
