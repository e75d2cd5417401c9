import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Pod } from '../../../src/model/pod.ts';
import { PodTally } from '../../../src/report/page/pod-tally.ts';
import { aPendingPod, aPod } from '../../builders/pod.ts';

const pod = fc
  .record({
    name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    node: fc.constantFrom('i-1', 'i-2', undefined),
    cpu: fc.nat(500),
  })
  .map(({ name, node, cpu }) =>
    node === undefined ? aPendingPod({ name }) : aPod({ name, nodeName: node, cpu }),
  );
const list = fc.uniqueArray(pod, { selector: ({ uid }) => uid });

function figures(tally: PodTally): unknown {
  return { pending: tally.pending, loads: [...tally.loads].toSorted(([a], [b]) => a.localeCompare(b)) };
}

function counted(pods: readonly Pod[]): unknown {
  const tally = new PodTally();
  tally.follow(pods);
  return figures(tally);
}

describe('the tally of pods by node', () => {
  it('is that of the last list, whatever lists came before and in whatever order', () => {
    fc.assert(
      fc.property(fc.array(list, { maxLength: 8 }), fc.boolean(), (lists, isKept) => {
        const tally = new PodTally();
        let before: readonly Pod[] = [];
        for (const fresh of lists) {
          // Pods that did not change are the same objects, as in the watch cache.
          const pods = isKept ? fresh.map((one) => before.find(({ uid }) => uid === one.uid) ?? one) : fresh;
          tally.follow(pods);
          expect(figures(tally)).toEqual(counted(pods));
          before = pods;
        }
      }),
    );
  });

  it('counts as a whole again after it was made to forget', () => {
    const pods = [aPendingPod(), aPod({ nodeName: 'i-1' })];
    const tally = new PodTally();
    tally.follow(pods);
    tally.forget();
    tally.follow([...pods]);
    expect(figures(tally)).toEqual(counted(pods));
  });

  it('counts pods that wait, and on nodes those that have not finished', () => {
    const pods = [
      aPendingPod(),
      aPod({ nodeName: 'i-1', cpu: 300 }),
      aPod({ nodeName: 'i-1', cpu: 200, phase: 'Succeeded' }),
    ];
    expect(counted(pods)).toEqual({ pending: 1, loads: [['i-1', { pods: 1, requestedCpuMillis: 300 }]] });
  });
});
