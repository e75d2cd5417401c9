import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { FAKE_CREDENTIALS, REGION } from './moto.ts';

/** The queue that EventBridge would fill. */
export interface InterruptionQueue {
  readonly url: string;
  readonly send: (body: string) => Promise<void>;
  /** Messages in it, those that somebody took and did not delete included. */
  readonly count: () => Promise<number>;
  readonly close: () => void;
}

export async function makeInterruptionQueue(endpoint: string): Promise<InterruptionQueue> {
  const client = new SQSClient({ region: REGION, endpoint, credentials: FAKE_CREDENTIALS });
  const { QueueUrl: url = '' } = await client.send(new CreateQueueCommand({ QueueName: 'interruptions' }));
  return {
    url,
    send: async (body) => {
      await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body }));
    },
    count: async () => {
      const { Attributes = {} } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
      );
      const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = Attributes;
      return Number(ApproximateNumberOfMessages) + Number(ApproximateNumberOfMessagesNotVisible);
    },
    close: () => client.destroy(),
  };
}
