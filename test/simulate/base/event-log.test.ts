import { describe, expect, it } from '@jest/globals';
import { EventLog, eventLine } from '../../../src/simulate/base/event-log.ts';

const clock = { monotonicMs: () => 5 };

describe('EventLog', () => {
  it('writes a line whose facts stand in the order of their names', () => {
    const line = eventLine({
      atMs: 5,
      kind: 'launch',
      facts: { zone: 'a', id: 'i-1', why: undefined, n: 2 },
    });
    expect(line).toBe('5 launch id=i-1 n=2 zone=a');
  });

  it('quotes what could be mistaken for more facts', () => {
    expect(eventLine({ atMs: 0, kind: 'x', facts: { text: 'a b=c' } })).toBe('0 x text="a b=c"');
  });

  it('gives equal digests for equal stories, whatever the order in which facts were given', () => {
    const [one, two, other] = [new EventLog(clock), new EventLog(clock), new EventLog(clock)];
    one.add('bind', { pod: 'p', node: 'n' });
    two.add('bind', { node: 'n', pod: 'p' });
    other.add('bind', { node: 'n', pod: 'q' });
    expect(two.digest()).toBe(one.digest());
    expect(other.digest()).not.toBe(one.digest());
    expect(one.digest()).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('keeps only the latest events and tells a follower of each', () => {
    const log = new EventLog(clock);
    const lines: string[] = [];
    log.follow((event) => lines.push(eventLine(event)));
    for (let n = 0; n < 2_500; n += 1) log.add('tick', { n });
    expect(lines).toHaveLength(2_500);
    expect(log.count).toBe(2_500);
    expect(log.recent(5_000).length).toBeLessThanOrEqual(1_000);
    expect(log.recent(1)[0]?.facts['n']).toBe(2_499);
  });
});
