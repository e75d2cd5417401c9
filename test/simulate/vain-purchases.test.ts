import { describe, expect, it, jest } from '@jest/globals';
import { addResources } from '../../src/model/resources.ts';
import { selectorOf } from '../../src/model/selector.ts';
import type { Workload } from '../../src/simulate/cluster/workload.ts';
import type { WorldPorts } from '../../src/simulate/world/world-ports.ts';
import { startController } from '../../src/use-cases/simulate/prepare-simulation.ts';
import { aWorld, HOUR_MS, MINUTE_MS } from '../builders/simulated-world.ts';

/** Hours of virtual time on a busy machine take their time. */
jest.setTimeout(120_000);

const HOURS = 12;
const MISSING_MIB = 60;

/** A catalogue by which every machine has more memory than it really has. */
function withOptimisticCatalogue(ports: WorldPorts): WorldPorts {
  const { cloud } = ports;
  const more = { cpuMillis: 0, memoryMiB: MISSING_MIB, pods: 0 };
  return {
    ...ports,
    cloud: {
      instances: (signal) => cloud.instances(signal),
      launch: (request, signal) => cloud.launch(request, signal),
      terminate: (ids, signal) => cloud.terminate(ids, signal),
      start: (id, signal) => cloud.start(id, signal),
      stop: (id, signal) => cloud.stop(id, signal),
      consoleOutput: (id, signal) => cloud.consoleOutput(id, signal),
      offerings: async (wanted, signal) =>
        (await cloud.offerings(wanted, signal)).map((offering) => ({
          ...offering,
          allocatable: addResources(offering.allocatable, more),
        })),
    },
  };
}

function isOdd(pod: string): boolean {
  return pod.startsWith('shop/odd-');
}

/** Adds a pod to a calm world after an hour: how many machines are launched for it. */
async function launchesFor(
  template: (memoryMiB: number) => Workload['template'],
  portsOf: (ports: WorldPorts) => WorldPorts,
) {
  const policyDocument = { text: '{}', origin: 'test', revision: undefined };
  const world = aWorld({ policyDocument, peakNodes: 3 });
  const controller = startController(portsOf(world.ports));
  world.clock.after(HOUR_MS, () => {
    const memoryMiB = world.cluster.state.readyWorkers()[0]?.allocatable.memoryMiB ?? 0;
    const name = { kind: 'Deployment', namespace: 'shop', name: 'odd', replicas: 1 } as const;
    world.cluster.apply({ ...name, template: template(memoryMiB) });
  });
  await world.advanceTo(HOURS * HOUR_MS);
  const stopped = controller.stop();
  await world.advanceTo(world.clock.monotonicMs() + MINUTE_MS);
  await stopped;
  expect(world.watch.violations).toEqual([]);
  const operations = [...world.ledger.unended(), ...world.ledger.ended().map(({ operation }) => operation)];
  return operations.filter((one) => one.kind === 'launch' && one.nominatedPods.some(isOdd)).length;
}

/** What the agents of every node ask for. */
const AGENTS_MIB = 80;

describe('a pod that no machine that is bought for it takes', () => {
  it('buys one machine where machines are smaller than the catalogue says, and no second one', async () => {
    const template = (memoryMiB: number) => ({
      labels: { app: 'odd' },
      requests: { cpuMillis: 100, memoryMiB: memoryMiB - AGENTS_MIB + MISSING_MIB / 2, pods: 1 },
    });
    expect(await launchesFor(template, withOptimisticCatalogue)).toBeLessThanOrEqual(1);
  });

  it('buys ever fewer where the scheduler knows a reason that the packer does not', async () => {
    // The simulated kubelets do not say what runs on them.
    const nodeSelector = selectorOf({ 'kubernetes.io/os': 'linux' });
    const template = () => ({
      labels: { app: 'odd' },
      requests: { cpuMillis: 1_000, memoryMiB: 100, pods: 1 },
      nodeSelector,
    });
    expect(await launchesFor(template, (ports) => ports)).toBeLessThanOrEqual(8);
  });
});
