import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { csiNodeResource } from '../../src/adapters/kubernetes/read/attach-limits.ts';
import { JoinedPods } from '../../src/adapters/kubernetes/read/joined-pods.ts';
import { namespaceResource } from '../../src/adapters/kubernetes/read/namespace-resource.ts';
import { nodeResource } from '../../src/adapters/kubernetes/read/node-resource.ts';
import { podResource } from '../../src/adapters/kubernetes/read/pod-resource.ts';
import {
  claimResource,
  storageClassResource,
  volumeResource,
} from '../../src/adapters/kubernetes/read/volume-resource.ts';
import {
  replicaSetResource,
  statefulSetResource,
} from '../../src/adapters/kubernetes/read/workload-resource.ts';
import { ObjectStore } from '../../src/adapters/kubernetes/watch/object-store.ts';
import { decide } from '../../src/decide/decide.ts';
import { podListsOf, podsByNode, unboundPods } from '../../src/model/pod-lists.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { SolutionCache } from '../../src/packing/solution-cache.ts';
import {
  benchInstances,
  benchOfferings,
  benchUtilization,
  TYPE,
  ZONES,
} from '../bench/decide/bench-world.ts';
import { rawNode } from '../bench/decide/raw-nodes.ts';
import { rawOwner, rawPod, type Workload, workloadOf } from '../bench/decide/raw-workloads.ts';
import { seededRandom } from '../bench/packing/diverse-pods.ts';
import { aPolicy } from '../builders/policy.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { caseCount } from '../test-depth.ts';

const NODES = 5;
const PODS = 24;
const NOW_MS = 1_798_800_300_000;
const LOOK_MS = 1_798_800_600_000;
const AT = '2026-11-01T00:00:00Z';

/** One change: pod number `pod` is on the node, waits (node -1), or is gone (node -2). */
const change = fc.record({
  kind: fc.constantFrom('pod', 'pod', 'pod', 'pod', 'scale', 'cordon'),
  pod: fc.nat(PODS - 1),
  node: fc.integer({ min: -2, max: NODES - 1 }),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

/** A small cluster whose stores are changed as a watch changes them. */
class WatchedCluster {
  readonly #clock = new ManualClock();
  readonly #pods = new ObjectStore(podResource(), this.#clock);
  readonly #nodes = new ObjectStore(nodeResource, this.#clock);
  readonly #replicaSets = new ObjectStore(replicaSetResource, this.#clock);
  readonly #statefulSets = new ObjectStore(statefulSetResource, this.#clock);
  readonly #workloads: readonly Workload[];
  readonly joined = new JoinedPods({
    pods: this.#pods,
    replicaSets: this.#replicaSets,
    statefulSets: this.#statefulSets,
    claims: new ObjectStore(claimResource, this.#clock),
    volumes: new ObjectStore(volumeResource, this.#clock),
    storageClasses: new ObjectStore(storageClassResource, this.#clock),
    csiNodes: new ObjectStore(csiNodeResource, this.#clock),
    namespaces: new ObjectStore(namespaceResource, this.#clock),
  });

  constructor(seed: number) {
    const draw = seededRandom(seed);
    this.#workloads = Array.from({ length: 6 }, (_, index) => workloadOf(index, 4, draw, 300 + 400 * index));
    for (const workload of this.#workloads) this.#own(workload);
    for (let index = 0; index < NODES; index += 1) this.#putNode(index, false);
    for (let pod = 0; pod < PODS; pod += 1) this.#putPod(pod, pod % NODES);
  }

  make({ kind, pod, node }: Change): void {
    if (kind === 'pod') this.#putPod(pod, node);
    if (kind === 'cordon') this.#putNode(pod % NODES, node > 0);
    if (kind === 'scale') this.#own({ ...this.#workload(pod), replicas: 1 + Math.max(0, node) });
  }

  snapshot(nowMs: number): Snapshot {
    return {
      takenAtMs: nowMs,
      nodes: [...this.#nodes.values()],
      pods: this.joined.list(),
      budgets: [],
      daemons: [],
      instances: { status: 'known', value: benchInstances(NODES) },
      interruptions: [],
      offerings: benchOfferings(),
      utilization: benchUtilization(10, 10, nowMs),
      operations: [],
    };
  }

  #workload(pod: number): Workload {
    return this.#workloads[pod % this.#workloads.length] as Workload;
  }

  #own(workload: Workload): void {
    const store = workload.kind === 'StatefulSet' ? this.#statefulSets : this.#replicaSets;
    store.put(rawOwner(workload));
  }

  #putNode(index: number, unschedulable: boolean): void {
    const raw = rawNode({ index, allocatableCpuMillis: 3_900, isControlPlane: false });
    this.#nodes.put({ ...raw, spec: { ...(raw as { spec?: object }).spec, unschedulable } } as typeof raw);
  }

  #putPod(pod: number, node: number): void {
    const nodeName = node < 0 ? undefined : `worker-${String(node).padStart(5, '0')}`;
    const raw = rawPod(this.#workload(pod), { name: `pod-${pod}`, nodeName, at: AT });
    if (node === -2) this.#pods.remove(raw);
    else this.#pods.put(raw);
  }
}

const policy = aPolicy({
  instances: { types: [TYPE], zones: ZONES },
  nodes: { min: 1, max: 20, minPerZone: 0 },
});
const worlds = {
  seed: fc.nat(1_000),
  batches: fc.array(fc.array(change, { maxLength: 6 }), { maxLength: 3 }),
};

test('plans the same with what is kept from the rounds before as from scratch', () => {
  fc.assert(
    fc.property(fc.record(worlds), ({ seed, batches }) => {
      const cluster = new WatchedCluster(seed);
      const known = new SolutionCache();
      for (const [round, batch] of [[], ...batches].entries()) {
        for (const one of batch) cluster.make(one);
        for (const nowMs of [NOW_MS + round * 700_000, LOOK_MS + round * 600_000]) {
          const snapshot = cluster.snapshot(nowMs);
          // A copy shares no object with the rounds before, so nothing that was kept is found.
          const scratch = decide(policy, structuredClone(snapshot), nowMs);
          expect(decide(policy, snapshot, nowMs, known)).toEqual(scratch);
        }
      }
    }),
    { numRuns: caseCount(8) },
  );
});

test('keeps the parts of the list of pods as a look through the list finds them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.record(worlds), async ({ seed, batches }) => {
      const cluster = new WatchedCluster(seed);
      await cluster.joined.prepare();
      for (const batch of [[], ...batches]) {
        for (const one of batch) cluster.make(one);
        const pods = cluster.joined.list();
        const found = podListsOf([...pods]);
        expect(unboundPods(pods)).toEqual(found.unbound);
        // Maps are compared whatever their order.
        expect(podsByNode(pods)).toEqual(found.byNode);
      }
    }),
  );
});
