import { describe, expect, it } from '@jest/globals';
import { selectorOf } from '../../../src/model/selector.ts';
import { TopologyRules } from '../../../src/packing/rules.ts';
import { aPod } from '../../builders/pod.ts';

const HOST = 'kubernetes.io/hostname';
const apartFrom = (app: string) => [
  { topologyKey: HOST, selector: selectorOf({ app }), namespaces: ['default'] },
];

describe('the pods of a node that rules may count', () => {
  const waiting = aPod({ name: 'waiting', labels: { app: 'web' }, podAntiAffinity: apartFrom('web') });
  const other = aPod({ name: 'other', labels: { app: 'other' } });
  const web = aPod({ name: 'web', labels: { app: 'web' } });
  const holder = aPod({ name: 'holder', labels: { app: 'holder' }, podAntiAffinity: apartFrom('web') });

  it('are none of a node on which no rule picks a pod', () => {
    const rules = new TopologyRules([waiting], [[other]]);
    expect(rules.countedAmong([other])).toEqual([]);
  });

  it('are all that add to a counter or hold a host port', () => {
    const port = aPod({ name: 'port', labels: { app: 'port' }, hostPorts: ['80/TCP'] });
    const nodes = [
      [other, web],
      [other, holder],
      [other, port],
    ];
    const rules = new TopologyRules([waiting], nodes);
    const missed = nodes.flatMap((pods) => {
      const counted = rules.countedAmong(pods);
      return pods.filter(
        (pod) => !counted.includes(pod) && (rules.bumpsOf(pod).length > 0 || pod.hostPorts.length > 0),
      );
    });
    expect(missed).toEqual([]);
    expect(rules.bumpsOf(web)).not.toEqual([]);
    expect(rules.countedAmong([other, holder])).toEqual([holder]);
  });
});
