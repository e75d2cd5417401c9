import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { queueFromEnv } from '../../../src/adapters/sqs/queue-location.ts';
import { SqsInterruptions } from '../../../src/adapters/sqs/sqs-interruptions.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { aSpotWarning } from './aws-events.ts';
import { FakeSqs } from './fake-sqs.ts';

const ID = 'i-0123456789abcdef0';

describe('the queue of interruptions', () => {
  let sqs: FakeSqs;
  let queue: SqsInterruptions;
  const { signal } = new AbortController();

  beforeEach(async () => {
    process.env['AWS_ACCESS_KEY_ID'] = 'test';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
    sqs = await FakeSqs.start();
    queue = new SqsInterruptions({ queueUrl: sqs.queueUrl, region: 'ap-southeast-1' }, new ManualClock());
  });

  afterEach(async () => {
    queue.close();
    await sqs.stop();
  });

  test('asks with a long poll for ten messages at once', async () => {
    expect(await queue.receive(signal)).toEqual([]);
    expect(sqs.callsOf('ReceiveMessage')).toMatchObject([
      { QueueUrl: sqs.queueUrl, WaitTimeSeconds: 20, MaxNumberOfMessages: 10, VisibilityTimeout: 20 },
    ]);
  });

  test('gives each message with its receipt, and says which cannot be read', async () => {
    const messages = [
      { MessageId: 'm-1', ReceiptHandle: 'r-1', Body: aSpotWarning(ID) },
      { MessageId: 'm-2', ReceiptHandle: 'r-2', Body: '<html>' },
    ].map((message) => ({
      ...message,
      MD5OfBody: createHash('md5').update(message.Body).digest('hex'),
    }));
    sqs.answers('ReceiveMessage', { json: { Messages: messages } });
    expect(await queue.receive(signal)).toMatchObject([
      { id: 'm-1', receipt: 'r-1', interruptions: [{ kind: 'spot-warning', instanceId: ID }] },
      { id: 'm-2', receipt: 'r-2', interruptions: [], fault: 'it is not JSON' },
    ]);
  });

  test('deletes in batches of ten', async () => {
    const receipts = Array.from({ length: 23 }, (_, i) => `r-${i}`);
    await queue.acknowledge(receipts, signal);
    const batches = sqs
      .callsOf('DeleteMessageBatch')
      .map(({ Entries }) => Entries as { ReceiptHandle: string }[]);
    expect(batches.map((entries) => entries.length)).toEqual([10, 10, 3]);
    expect(batches.flat().map(({ ReceiptHandle }) => ReceiptHandle)).toEqual(receipts);
  });

  test.each([
    ['QueueDoesNotExist', 400, 'configuration'],
    ['AccessDeniedException', 403, 'authorization'],
    ['ServiceUnavailable', 503, 'transient'],
  ])('says of %s how to go on', async (code, status, retry) => {
    sqs.answers('ReceiveMessage', { code, status });
    await expect(queue.receive(signal)).rejects.toMatchObject({ name: 'PortError', code, retry });
    expect(sqs.callsOf('ReceiveMessage')).toHaveLength(1);
  });

  test('takes a cut connection for a fault that passes', async () => {
    sqs.answers('ReceiveMessage', 'cut');
    await expect(queue.receive(signal)).rejects.toMatchObject({ retry: 'transient' });
  });
});

describe('naming the queue', () => {
  test('takes URL, region and endpoint from the environment', () => {
    const env = {
      SMARTSCALE_INTERRUPTION_QUEUE_URL: 'https://sqs.ap-southeast-1.amazonaws.com/1/smartscale',
      AWS_REGION: 'ap-southeast-1',
    };
    expect(queueFromEnv(env)).toEqual({
      queueUrl: env.SMARTSCALE_INTERRUPTION_QUEUE_URL,
      region: 'ap-southeast-1',
    });
    expect(queueFromEnv({ ...env, SMARTSCALE_INTERRUPTION_QUEUE_URL: ' ' })).toBeUndefined();
  });

  test('refuses what is no URL, and says what to give', () => {
    const name = () => queueFromEnv({ SMARTSCALE_INTERRUPTION_QUEUE_URL: 'smartscale' });
    expect(name).toThrow(
      'SMARTSCALE_INTERRUPTION_QUEUE_URL is "smartscale": give the queue\'s URL, https://',
    );
  });
});
