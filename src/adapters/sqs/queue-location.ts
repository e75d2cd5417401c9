import { PortError } from '../../ports.ts';

/** The variable that names the queue of interruptions. */
export const QUEUE_URL_VARIABLE = 'SMARTSCALE_INTERRUPTION_QUEUE_URL';

/** Which queue is asked. It is asked at its own URL, whatever endpoint other services have. */
export interface QueueLocation {
  readonly queueUrl: string;
  readonly region: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The queue as the environment names it: SMARTSCALE_INTERRUPTION_QUEUE_URL and AWS_REGION; `undefined` when no queue is named.
 * Throws a configuration `PortError` when its URL is none.
 */
export function queueFromEnv(env: Environment): QueueLocation | undefined {
  const queueUrl = env[QUEUE_URL_VARIABLE]?.trim() ?? '';
  if (queueUrl === '') return undefined;
  if (!/^https?:\/\/.+\/.+/.test(queueUrl)) {
    const text = `${QUEUE_URL_VARIABLE} is "${queueUrl}": give the queue's URL, https://sqs.REGION.amazonaws.com/ACCOUNT/NAME`;
    throw new PortError(text, { retry: 'configuration', code: 'Environment' });
  }
  return { queueUrl, region: env['AWS_REGION']?.trim() ?? '' };
}
