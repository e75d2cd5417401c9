import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
  SQSServiceException,
} from '@aws-sdk/client-sqs';
import { type Clock, type InterruptionMessage, type Interruptions, PortError } from '../../ports.ts';
import { readAnnouncement } from './ec2-announcement.ts';
import type { QueueLocation } from './queue-location.ts';

/** SQS' own most, of the wait and of the messages in a call. */
const WAIT_SECONDS = 20;
const MAX_MESSAGES = 10;
/**
 * Visibility timeout: a message that is not deleted is delivered again after this time: well within a spot instance's two minutes
 * (F62).
 */
const VISIBILITY_SECONDS = 20;
const RECEIVE_DEADLINE_MS = (WAIT_SECONDS + 5) * 1_000;
const DELETE_DEADLINE_MS = 5_000;

/** The queue that EventBridge fills with what AWS announces about the account's instances (docs/aws.md). */
export class SqsInterruptions implements Interruptions {
  readonly #client: SQSClient;
  readonly #queueUrl: string;
  readonly #clock: Clock;

  constructor({ queueUrl, region }: QueueLocation, clock: Clock) {
    this.#queueUrl = queueUrl;
    this.#clock = clock;
    this.#client = new SQSClient({
      region,
      endpoint: new URL(queueUrl).origin,
      // Whoever asks waits between attempts, and tells of them.
      maxAttempts: 1,
    });
  }

  async receive(signal: AbortSignal): Promise<readonly InterruptionMessage[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: this.#queueUrl,
      WaitTimeSeconds: WAIT_SECONDS,
      MaxNumberOfMessages: MAX_MESSAGES,
      VisibilityTimeout: VISIBILITY_SECONDS,
    });
    const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(RECEIVE_DEADLINE_MS)]);
    try {
      const { Messages = [] } = await this.#client.send(command, { abortSignal });
      return Messages.map((message) => this.#read(message));
    } catch (error) {
      throw queueError('ReceiveMessage', error);
    }
  }

  async acknowledge(receipts: readonly string[], signal: AbortSignal): Promise<void> {
    for (let at = 0; at < receipts.length; at += MAX_MESSAGES) {
      const batch = receipts.slice(at, at + MAX_MESSAGES);
      const command = new DeleteMessageBatchCommand({
        QueueUrl: this.#queueUrl,
        Entries: batch.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle })),
      });
      const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(DELETE_DEADLINE_MS)]);
      try {
        // A receipt that has expired is no error: its message comes again, and is known by then.
        await this.#client.send(command, { abortSignal });
      } catch (error) {
        throw queueError('DeleteMessageBatch', error);
      }
    }
  }

  /** Closes the connections that are kept open. */
  close(): void {
    this.#client.destroy();
  }

  #read({ MessageId = '', ReceiptHandle = '', Body = '' }: Message): InterruptionMessage {
    return { id: MessageId, receipt: ReceiptHandle, ...readAnnouncement(Body, this.#clock.now()) };
  }
}

function queueError(action: string, error: unknown): PortError {
  const said = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error ? error.name : 'unknown';
  const retry = retryOf(error);
  const next = retry === 'transient' ? '' : '; check the queue and the rights of docs/aws.md';
  return new PortError(`${action}: ${code}: ${said}${next}`, { retry, code, cause: error });
}

/** A queue that is missing is somebody's to make; whoever asks goes on asking all the same (F67). */
function retryOf(error: unknown): PortError['retry'] {
  if (!(error instanceof SQSServiceException)) return 'transient';
  const status = error.$metadata.httpStatusCode ?? 500;
  if (status === 401 || status === 403 || error.name === 'AccessDenied') return 'authorization';
  return status >= 400 && status < 500 && status !== 429 ? 'configuration' : 'transient';
}
