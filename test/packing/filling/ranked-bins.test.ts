import { describe, expect, it } from '@jest/globals';
import { selectorOf } from '../../../src/model/selector.ts';
import {
  BinFleet,
  GreedyPlacer,
  packingContextOf,
  RankedBins,
  seededRandom,
} from '../../../src/packing/filling.ts';
import { modelOf, type PresentNode } from '../../../src/packing/model.ts';
import { aPod } from '../../builders/pod.ts';

const HOST = 'kubernetes.io/hostname';
const draw = seededRandom();

function nodeNamed(id: string): PresentNode {
  const isGood = String(draw(3) === 0);
  return {
    place: { id, labels: { [HOST]: id, good: isGood }, taints: [], hostPorts: [] },
    isOpen: draw(10) > 0,
    free: { cpuMillis: 100 * (1 + draw(8)), memoryMiB: 256 * (1 + draw(6)), pods: 1 + draw(4) },
    pods: [],
  };
}

function podNumbered(index: number) {
  const app = `app-${index % 5}`;
  const apart = { topologyKey: HOST, selector: selectorOf({ app }), namespaces: ['default'] };
  return aPod({
    name: `pod-${index}`,
    labels: { app },
    requests: { cpuMillis: 100 * (1 + (index % 3)), memoryMiB: 256, pods: 1 },
    preferredPods:
      index % 5 === 1 ? [{ ...apart, weight: 50 }] : index % 5 === 2 ? [{ ...apart, weight: -50 }] : [],
    preferredNodes: index % 5 === 3 ? [{ selector: selectorOf({ good: 'true' }), weight: 40 }] : [],
    podAntiAffinity: index % 5 === 4 ? [apart] : [],
  });
}

describe('ranked nodes', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'take each pod where looking at every node would put it (draw %i)',
    () => {
      const present = Array.from({ length: 30 }, (_, index) => nodeNamed(`node-${index}`));
      const pods = Array.from({ length: 40 }, (_, index) => podNumbered(index));
      const context = packingContextOf(modelOf({ pods, buyable: [], present, maxNewNodes: 0 }));
      const placesOf = (isRanked: boolean) => {
        const fleet = new BinFleet(context);
        const placer = new GreedyPlacer(context, fleet, { mayOpen: false });
        const ranks = new RankedBins(context, fleet);
        const classes = fleet.byTopologyClass.map((_, topologyClass) => topologyClass);
        return context.model.groups.flatMap((group, bindingOrder) => {
          const hostRules = context.hostRules.ofRuleSet(group.rules);
          const batch = { group, hostRules, bindingOrder, topologyClass: undefined, isFirst: false };
          const places: (number | undefined)[] = [];
          const parts = { batch, pods: group.pods, ...(isRanked && { ranks }) };
          placer.place(
            parts,
            () => classes,
            ({ present: index }) => places.push(index),
          );
          return [places];
        });
      };
      expect(placesOf(true)).toEqual(placesOf(false));
      expect(placesOf(true).flat().length).toBeGreaterThan(10);
    },
  );
});
