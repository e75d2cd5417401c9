import { describe, expect, it } from '@jest/globals';
import { lookBackSeconds, nodeQueries } from '../../../src/adapters/prometheus/node-queries.ts';

const queries = nodeQueries({ label: 'node', nodeNames: ['i-1'], stepMs: 15_000 });

describe('the query texts', () => {
  it('measure CPU as a share of all modes, so that a node scraped since seconds does not read as busy', () => {
    expect(queries.perNode).toContain(
      '100 * (1 - sum by (node) (rate(node_cpu_seconds_total{mode="idle",node=~"(i-1)(:[0-9]+)?"}[120s])) / ' +
        '(sum by (node) (rate(node_cpu_seconds_total{mode!="",node=~"(i-1)(:[0-9]+)?"}[120s])) > 0))',
    );
  });

  it('leave out loopback and the interfaces of pods', () => {
    expect(queries.networkBytesPerSecond).toContain('device!~"lo|veth.*|cni.*|flannel.*"');
  });

  it('speak of the named workers in every selector', () => {
    for (const query of Object.values(queries)) {
      expect(query.match(/\{[^}]*\}/g)?.every((selector: string) => selector.includes('node=~"(i-1)'))).toBe(
        true,
      );
    }
  });

  it('look back four scrapes, a minute at least', () => {
    expect([lookBackSeconds(1_000), lookBackSeconds(15_000), lookBackSeconds(60_000)]).toEqual([60, 60, 240]);
  });
});
