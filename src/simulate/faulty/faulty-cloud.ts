import type { Instance } from '../../model/instance.ts';
import type { CloudFault, LaunchOutcome } from '../../model/outcome.ts';
import { type Clock, type Cloud, PortError } from '../../ports.ts';
import type { ActiveFaults } from './active-faults.ts';

/** EC2's own lag in listing what was just launched (F23). */
const LAG_MS = 30_000;
const SLOW_MS = { least: 5_000, most: 45_000 } as const;
/** How long a caller waits for an answer that never comes. */
const LOST_MS = { least: 3_000, most: 20_000 } as const;
const LOSS = 0.6;

/** EC2 as a troubled world shows it. What is done is done, whether or not its answer arrives. */
export function faultyCloud(cloud: Cloud, activeFaults: ActiveFaults, clock: Clock): Cloud {
  return {
    instances: async (signal) => {
      refuseWhenThrottled(activeFaults);
      const listed = await cloud.instances(signal);
      if (activeFaults.has('ec2-empty')) return [];
      return activeFaults.has('ec2-lagging') ? lagging(listed, clock.now()) : listed;
    },
    offerings: (wanted, signal) => {
      refuseWhenThrottled(activeFaults);
      return cloud.offerings(wanted, signal);
    },
    consoleOutput: (instanceId, signal) => {
      refuseWhenThrottled(activeFaults);
      return cloud.consoleOutput(instanceId, signal);
    },
    launch: async (request, signal): Promise<LaunchOutcome> => {
      if (activeFaults.has('ec2-throttled')) return refused(THROTTLED);
      if (activeFaults.has('ec2-slow')) await clock.sleep(delayed(activeFaults), signal);
      const outcome = await cloud.launch(request, signal);
      if (!dropsAnswer(activeFaults)) return outcome;
      await clock.sleep(dropped(activeFaults), signal);
      return refused(TIMED_OUT);
    },
    terminate: async (instanceIds, signal) => {
      refuseWhenThrottled(activeFaults);
      if (activeFaults.has('ec2-slow')) await clock.sleep(delayed(activeFaults), signal);
      await cloud.terminate(instanceIds, signal);
      if (!dropsAnswer(activeFaults)) return;
      await clock.sleep(dropped(activeFaults), signal);
      throw new PortError('TerminateInstances: no answer in time', TIMED_OUT_ERROR);
    },
    start: async (instanceId, signal) => {
      if (activeFaults.has('ec2-throttled')) return THROTTLED;
      if (activeFaults.has('ec2-slow')) await clock.sleep(delayed(activeFaults), signal);
      const fault = await cloud.start(instanceId, signal);
      if (!dropsAnswer(activeFaults)) return fault;
      await clock.sleep(dropped(activeFaults), signal);
      return TIMED_OUT;
    },
    stop: async (instanceId, signal) => {
      refuseWhenThrottled(activeFaults);
      if (activeFaults.has('ec2-slow')) await clock.sleep(delayed(activeFaults), signal);
      await cloud.stop(instanceId, signal);
      if (!dropsAnswer(activeFaults)) return;
      await clock.sleep(dropped(activeFaults), signal);
      throw new PortError('StopInstances: no answer in time', TIMED_OUT_ERROR);
    },
  };
}

const THROTTLED: CloudFault = {
  class: 'transient',
  code: 'RequestLimitExceeded',
  message: 'request limit exceeded',
  offerings: [],
};
const TIMED_OUT: CloudFault = {
  class: 'transient',
  code: 'TimeoutError',
  message: 'no answer in time',
  offerings: [],
};
const TIMED_OUT_ERROR = { retry: 'transient', code: 'TimeoutError' } as const;

function refuseWhenThrottled(activeFaults: ActiveFaults): void {
  if (!activeFaults.has('ec2-throttled')) return;
  throw new PortError('EC2: request limit exceeded', { retry: 'transient', code: 'RequestLimitExceeded' });
}

function refused(fault: CloudFault): LaunchOutcome {
  return { instance: undefined, faults: [fault] };
}

function dropsAnswer(activeFaults: ActiveFaults): boolean {
  return activeFaults.has('ec2-lossy') && activeFaults.random.next() < LOSS;
}

function delayed({ random }: ActiveFaults): number {
  return random.between(SLOW_MS.least, SLOW_MS.most);
}

function dropped({ random }: ActiveFaults): number {
  return random.between(LOST_MS.least, LOST_MS.most);
}

function isOnItsWay({ state }: Instance): boolean {
  return state === 'shutting-down' || state === 'stopping';
}

function lagging(instances: readonly Instance[], nowMs: number): readonly Instance[] {
  return instances
    .filter((instance) => nowMs - instance.launchedAtMs >= LAG_MS)
    .map((instance) => (isOnItsWay(instance) ? { ...instance, state: 'running' } : instance));
}
