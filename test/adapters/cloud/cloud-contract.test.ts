import type { InstanceState } from '../../../src/model/instance.ts';
import { defaultPolicy } from '../../../src/policy/default-policy.ts';
import { EventLog } from '../../../src/simulate/base/event-log.ts';
import { RandomStream } from '../../../src/simulate/base/random-stream.ts';
import { VirtualClock } from '../../../src/simulate/base/virtual-clock.ts';
import { SimulatedCloud } from '../../../src/simulate/cloud/simulated-cloud.ts';
import { SimulatedQueue } from '../../../src/simulate/cloud/simulated-queue.ts';
import { ActiveFaults } from '../../../src/simulate/faulty/active-faults.ts';
import { RecordingCloud } from '../../fakes/recording-cloud.ts';
import { SteppedClock } from '../../fakes/stepped-clock.ts';
import { startEc2World } from '../ec2/ec2-world.ts';
import { StoredInstances } from '../ec2/stored-instances.ts';
import { type CloudStage, describeCloud, ZONE } from './cloud-contract.ts';

const FOR_EVER_MS = 3_600_000;
const ANSWERED_WITHIN_MS = 3_000;
/** Longer than any passing state of the simulated cloud lasts. */
const SETTLED_AFTER_MS = 60_000;
const ENDS: Readonly<Record<string, InstanceState>> = {
  pending: 'running',
  stopping: 'stopped',
  'shutting-down': 'terminated',
};

describeCloud('Ec2Cloud', async () => {
  const { cloud, fake, stop } = await startEc2World();
  const stored = new StoredInstances(fake, ZONE);
  return {
    cloud,
    sellOut: (offering) => stored.sellOut(offering),
    answer: (call) => call,
    settle: async () => stored.settle(),
    close: stop,
  };
});

describeCloud('SimulatedCloud', async (): Promise<CloudStage> => {
  const clock = new VirtualClock(Date.parse('2026-11-24T10:00:00Z'));
  const log = new EventLog(clock);
  const chance = new RandomStream(1);
  const troubles = new ActiveFaults(clock, chance.stream('troubles'));
  const queue = new SimulatedQueue({ clock, random: chance.stream('queue'), activeFaults: troubles });
  const machines = { started: nothing, stopped: nothing, restarted: nothing, ended: nothing };
  const random = chance.stream('ec2');
  const billTerms = () => defaultPolicy().cost;
  const cloud = new SimulatedCloud({ clock, log, random, machines, queue, billTerms });
  return {
    cloud,
    sellOut: (offering) => {
      const [type = '', zone = '', lifecycle] = offering.split('/');
      const scope = { type, zone, lifecycle: lifecycle === 'spot' ? 'spot' : 'on-demand' } as const;
      cloud.shortages.open(scope, FOR_EVER_MS);
    },
    answer: async (call) => {
      // Every call of the simulated cloud is answered by then.
      await clock.advanceTo(clock.monotonicMs() + ANSWERED_WITHIN_MS);
      return call;
    },
    settle: () => clock.advanceTo(clock.monotonicMs() + SETTLED_AFTER_MS),
    close: async () => undefined,
  };
});

describeCloud('RecordingCloud', async (): Promise<CloudStage> => {
  const cloud = new RecordingCloud([], new SteppedClock());
  return {
    cloud,
    sellOut: (offering) => cloud.soldOut.add(offering),
    answer: (call) => call,
    settle: async () => {
      for (const { id, state } of cloud.list) cloud.move(id, ENDS[state] ?? state);
    },
    close: async () => undefined,
  };
});

function nothing(): void {}
