import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { eventLine, type WorldEvent } from '../../../src/simulate/base/event-log.ts';
import { clockTime } from '../../../src/simulate/judge/clock-time.ts';
import { eventWords } from '../../../src/simulate/judge/event-words.ts';
import { whatHappened } from '../../../src/simulate/judge/what-happened.ts';

const event = (atMs: number, kind: string, facts: WorldEvent['facts']): WorldEvent => ({ atMs, kind, facts });

const DAY: readonly WorldEvent[] = [
  event(0, 'launch', { instance: 'i-1', type: 't3.small', zone: 'a', lifecycle: 'spot', operation: 'op-1' }),
  event(1_000, 'operation', { id: 'op-1', what: 'launch', step: 'launched', instance: 'i-1' }),
  event(2_000, 'launch', {
    instance: 'i-2',
    type: 't3.small',
    zone: 'b',
    lifecycle: 'spot',
    operation: 'op-2',
  }),
  event(60_000, 'bind', { pod: 'shop/web-1', node: 'i-1' }),
  event(61_000, 'bind', { pod: 'shop/web-2', node: 'i-2' }),
  event(62_000, 'unschedulable', { pod: 'shop/web-3' }),
  event(70_000, 'decision', { id: 'd-1', current: 2, desired: 1, actions: 'remove' }),
  event(71_000, 'cordon', { node: 'i-1', operation: 'op-3' }),
  event(72_000, 'evict', { pod: 'shop/web-1', node: 'i-1', outcome: 'refused' }),
  event(73_000, 'evict', { pod: 'shop/web-1', node: 'i-1', outcome: 'refused' }),
];

describe('whatHappened', () => {
  it('tells what happened to the instance of a fact and its operations, alike events once', () => {
    expect(whatHappened(DAY, 'i-1 costs money, and nobody has it')).toEqual([
      '  00:00:00 i-1 starts: t3.small spot in a for op-1',
      "  00:00:01 launch op-1 of i-1 is 'launched'",
      '  00:01:10 decision d-1: 2 nodes, wants 1, does remove',
      '  00:01:11 i-1 is cordoned by op-3',
      '  00:01:12 eviction of shop/web-1 from i-1: refused (and 1 more like it)',
    ]);
  });

  it('tells where a pod of a fact was', () => {
    expect(whatHappened(DAY, 'shop/web-3 waits though the fleet may grow')).toEqual([
      '  00:01:02 shop/web-3 does not fit',
      '  00:01:10 decision d-1: 2 nodes, wants 1, does remove',
    ]);
  });

  it('tells of the fleet, and not of its pods, where a fact names nobody', () => {
    const lines = whatHappened(DAY, '4 instances cost money, nodes.max is 3').join('\n');
    expect(lines).toContain('i-2 starts');
    expect(lines).not.toContain('web-');
  });

  it('is short, however much happened', () => {
    const long = Array.from({ length: 500 }, (_, n) =>
      event(n, n % 2 === 0 ? 'node-ready' : 'node-not-ready', { node: 'i-1' }),
    );
    expect(whatHappened([...DAY, ...long], 'i-1 is odd').length).toBeLessThanOrEqual(16);
  });
});

describe('eventWords', () => {
  it('has words for every kind of event that a world logs', () => {
    const sources = readdirSync('src/simulate', { recursive: true, encoding: 'utf8' }).filter((p) =>
      p.endsWith('.ts'),
    );
    const kinds = sources.flatMap((path) =>
      [...readFileSync(join('src/simulate', path), 'utf8').matchAll(/log\.add\(\s*([^,{]+),/g)].flatMap(
        (call) => [...(call[1] ?? '').matchAll(/'([\w-]+)'/g)].map((match) => match[1] ?? ''),
      ),
    );
    expect(kinds.length).toBeGreaterThan(35);
    const bare = (kind: string) => eventLine(event(0, kind, {})).replace('0 ', '');
    expect(kinds.filter((kind) => eventWords(event(0, kind, {})) === bare(kind))).toEqual([]);
  });

  it('gives a kind that it does not know as the log has it', () => {
    expect(eventWords(event(5, 'earthquake', { zone: 'a' }))).toBe('earthquake zone=a');
  });

  it('cuts digests and revisions short', () => {
    const facts = {
      digest: `sha256:7d1ce9a9${'0'.repeat(56)}`,
      revision: `main@sha1:${'3'.padStart(40, '0')}`,
    };
    expect(eventWords(event(0, 'policy-accepted', facts))).toBe(
      'the policy sha256:7d1ce9a9 of main@sha1:3 is in force',
    );
  });
});

describe('clockTime', () => {
  it('counts hours on through the days', () => {
    expect([0, 61_999, 90_061_000].map(clockTime)).toEqual(['00:00:00', '00:01:01', '25:01:01']);
  });
});
