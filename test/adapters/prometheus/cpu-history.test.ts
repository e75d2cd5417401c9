import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cpuHistory } from '../../../src/adapters/prometheus/cpu-history.ts';
import { FakePrometheus, matrix } from './fake-prometheus.ts';

const NOW_S = 1_780_000_000;
const signal = new AbortController().signal;

let fake: FakePrometheus;

beforeEach(async () => {
  fake = await FakePrometheus.start();
});

afterEach(() => fake.stop());

const history = () =>
  cpuHistory({ baseUrl: fake.url, timeoutMs: 5_000 }, { nowMs: NOW_S * 1_000, days: 7 }, signal);

describe('the history of CPU', () => {
  it('is what all nodes used over the days that are asked for; what is no number is left out', async () => {
    const values = [
      [NOW_S - 600, '1.5'],
      [NOW_S - 300, 'NaN'],
      [NOW_S, '2'],
    ] as const;
    fake.reply = () => ({ body: matrix([{ metric: {}, values }]) });
    expect(await history()).toEqual([
      { atMs: (NOW_S - 600) * 1_000, value: 1.5 },
      { atMs: NOW_S * 1_000, value: 2 },
    ]);
  });

  it('is refused where there is none, or nobody answers', async () => {
    fake.reply = () => ({ body: matrix([]) });
    await expect(history()).rejects.toThrow('no node_cpu_seconds_total of the last 7 days');
    fake.reply = () => ({ body: 'busy', status: 503 });
    await expect(history()).rejects.toThrow('Prometheus');
  });
});
