import { describe, expect, it } from '@jest/globals';
import { interruptionQueue } from '../../src/process/interruption-queue.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

function queueOf(env: Readonly<Record<string, string>>) {
  const warnings: string[] = [];
  const logger = { warn: (_line: unknown, text: string) => warnings.push(text) };
  const queue = interruptionQueue(env, { clock: new ManualClock(), logger: logger as never });
  return { queue, warnings };
}

describe('the queue of interruptions for a live cluster', () => {
  it('is the one that the environment names', () => {
    const url = 'https://sqs.ap-southeast-1.amazonaws.com/123456789012/smartscale';
    const { queue, warnings } = queueOf({
      SMARTSCALE_INTERRUPTION_QUEUE_URL: url,
      AWS_REGION: 'ap-southeast-1',
    });
    expect(queue).toBeDefined();
    expect(warnings).toEqual([]);
  });

  it('may be missing, which is said once and stops nothing', () => {
    const { queue, warnings } = queueOf({ AWS_REGION: 'ap-southeast-1' });
    expect(queue).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining('SMARTSCALE_INTERRUPTION_QUEUE_URL is not set')]);
  });
});
