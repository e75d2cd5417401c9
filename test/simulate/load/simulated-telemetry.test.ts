import { describe, expect, it } from '@jest/globals';
import { VirtualClock } from '../../../src/simulate/base/virtual-clock.ts';
import { SimulatedTelemetry } from '../../../src/simulate/load/simulated-telemetry.ts';

const STEP_MS = 15_000;

async function scraped(values: readonly Readonly<Record<string, number>>[]) {
  const clock = new VirtualClock(1_000_000);
  const telemetry = new SimulatedTelemetry(clock);
  for (const value of values) {
    await clock.advanceTo(clock.monotonicMs() + STEP_MS);
    const readings = Object.entries(value).map(
      ([name, cpu]) =>
        [name, { cpuPercent: cpu, memoryPercent: cpu / 2, networkBytesPerSecond: cpu }] as const,
    );
    telemetry.record(new Map(readings));
  }
  const ask = (...nodeNames: string[]) =>
    telemetry.utilization({ nodeNames, windowMs: 30_000, stepMs: STEP_MS });
  return { clock, telemetry, ask };
}

describe('SimulatedTelemetry', () => {
  it('gives the mean of the nodes asked for, within the window', async () => {
    const { ask } = await scraped([{ a: 0 }, { a: 0 }, { a: 10, b: 30 }, { a: 20, b: 40 }]);
    const { cpuPercent, memoryPercent, networkBytesPerSecond, nodeCpuPercent } = await ask('a', 'b');
    expect(cpuPercent).toMatchObject({ status: 'known', coverage: 1 });
    expect(cpuPercent.status === 'known' && cpuPercent.samples.map((s) => s.value)).toEqual([0, 20, 30]);
    expect(memoryPercent.status === 'known' && memoryPercent.samples.at(-1)?.value).toBe(15);
    expect(networkBytesPerSecond.status === 'known' && networkBytesPerSecond.samples.at(-1)?.value).toBe(60);
    expect(nodeCpuPercent).toEqual({ a: 20, b: 40 });
  });

  it('says which share of the nodes it speaks for', async () => {
    const { ask } = await scraped([{ a: 10 }]);
    expect((await ask('a', 'b')).cpuPercent).toMatchObject({ coverage: 0.5 });
    expect((await ask('b')).cpuPercent).toMatchObject({ status: 'unknown' });
  });

  it('knows nothing while it is off, and has a gap afterwards', async () => {
    const { clock, telemetry, ask } = await scraped([{ a: 10 }]);
    telemetry.switchOff(20_000);
    expect((await ask('a')).cpuPercent).toEqual({ status: 'unknown', why: 'Prometheus does not answer' });
    telemetry.record(new Map([['a', { cpuPercent: 99, memoryPercent: 0, networkBytesPerSecond: 0 }]]));
    await clock.advanceTo(clock.monotonicMs() + 20_000);
    const { cpuPercent } = await ask('a');
    expect(cpuPercent.status === 'known' && cpuPercent.samples.map((s) => s.value)).toEqual([10]);
  });

  it('calls old samples unknown, not low', async () => {
    const { clock, ask } = await scraped([{ a: 10 }]);
    await clock.advanceTo(clock.monotonicMs() + 120_000);
    expect((await ask('a')).cpuPercent.status).toBe('unknown');
  });

  it('knows nothing before the first scrape and of no nodes', async () => {
    const { ask } = await scraped([]);
    expect((await ask('a')).cpuPercent.status).toBe('unknown');
    expect((await ask()).cpuPercent.status).toBe('unknown');
  });
});
