import { describe, expect, it } from '@jest/globals';
import { parseTrace, TraceError } from '../../../src/simulate/load/load-trace.ts';
import { nasaTrace } from '../../builders/simulated-world.ts';

const errorOf = (text: string): TraceError => {
  try {
    parseTrace('t', text);
  } catch (error) {
    if (error instanceof TraceError) return error;
    throw error;
  }
  throw new Error('the trace was accepted');
};

describe('parseTrace', () => {
  it('interpolates between rows, at any spacing', () => {
    const trace = parseTrace(
      't',
      'timestamp,value\n2026-01-05T00:00Z,10\n2026-01-05T00:01Z,20\n2026-01-05T00:05Z,0\n',
    );
    expect(trace.at(0)).toBe(10);
    expect(trace.at(30_000)).toBe(15);
    expect(trace.at(180_000)).toBe(10);
    expect(trace.peak).toBe(20);
  });

  it('begins again past its end', () => {
    const trace = parseTrace('t', '2026-01-05T00:00Z,10\n2026-01-05T00:01Z,20\n');
    expect(trace.lengthMs).toBe(120_000);
    expect(trace.at(90_000)).toBe(20);
    expect(trace.at(120_000)).toBe(10);
    expect(trace.at(-120_000)).toBe(10);
  });

  it('reads times without a zone as UTC', () => {
    const trace = parseTrace('t', '2026-01-05 00:00:00,1\n2026-01-05 00:01:00,1\n');
    expect(trace.startMs).toBe(Date.UTC(2026, 0, 5));
  });

  it.each([
    ['2026-01-05T00:00Z,1\nnonsense\n', 2, 'timestamp,value'],
    ['2026-01-05T00:00Z,1\nyesterday,1\n', 2, 'not an ISO 8601 time'],
    ['timestamp,value\n2026-01-05T00:00Z,x\n', 2, 'not a number'],
    ['2026-01-05T00:00Z,-1\n', 1, 'not a number of at least 0'],
    ['2026-01-05T00:00Z,\n', 1, 'not a number'],
    ['2026-01-05T00:00Z,1\n2026-01-05T00:00Z,2\n', 2, 'does not rise'],
    ['', 1, 'at least two rows'],
    ['2026-01-05T00:00Z,0\n2026-01-05T00:01Z,0\n', 2, 'every value is 0'],
  ])('says which line is wrong and why: %j', (text, line, why) => {
    const error = errorOf(text);
    expect(error.line).toBe(line);
    expect(error.message).toContain(why);
  });

  it('reads the trace that comes with the project', () => {
    expect(nasaTrace().lengthMs).toBe(7 * 24 * 3_600_000);
  });
});
