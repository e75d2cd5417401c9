import { describe, expect, it } from '@jest/globals';
import { HorizontalAutoscaler } from '../../../src/simulate/load/horizontal-autoscaler.ts';

const scaler = () => new HorizontalAutoscaler({ minReplicas: 2, maxReplicas: 50 });
const reading = (running: number, usedRequests: number, nowMs = 0) => ({
  replicas: running,
  running,
  usedRequests,
  nowMs,
});

describe('HorizontalAutoscaler', () => {
  it('wants as many replicas as bring their use to the target', () => {
    expect(scaler().desired(reading(10, 14))).toBe(20);
  });

  it('leaves alone what is within a tenth of the target', () => {
    expect(scaler().desired(reading(10, 7.5))).toBe(10);
  });

  it('grows at most to double', () => {
    expect(scaler().desired(reading(10, 20))).toBe(20);
  });

  it('does not double a growth whose pods do not run yet', () => {
    expect(scaler().desired({ replicas: 20, running: 10, usedRequests: 14, nowMs: 0 })).toBe(20);
  });

  it('takes pods without metrics for as busy as they should be when it would shrink', () => {
    expect(scaler().desired({ replicas: 20, running: 10, usedRequests: 3.5, nowMs: 0 })).toBe(15);
    expect(scaler().desired({ replicas: 10, running: 10, usedRequests: 3.5, nowMs: 0 })).toBe(5);
  });

  it('shrinks only to the most it wanted in five minutes', () => {
    const hpa = scaler();
    expect(hpa.desired(reading(10, 7))).toBe(10);
    expect(hpa.desired(reading(10, 1.4, 60_000))).toBe(10);
    expect(hpa.desired(reading(10, 1.4, 299_000))).toBe(10);
    expect(hpa.desired(reading(10, 1.4, 301_000))).toBe(2);
  });

  it('holds still while nothing runs', () => {
    expect(scaler().desired(reading(0, 0))).toBe(0);
  });
});
