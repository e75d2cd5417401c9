import type {
  Clock,
  Cloud,
  Cluster,
  InterruptionMessage,
  Interruptions,
  Ledger,
  Telemetry,
} from '../../ports.ts';
import type { WorldPorts } from '../world/world-ports.ts';
import type { ProcessGate } from './process-gate.ts';

/** The ports as one process has them: every call and every answer goes through its gate. `skewMs` is how far its clock is off. */
export function gatedPorts(ports: WorldPorts, gate: ProcessGate, skewMs: () => number): WorldPorts {
  const { policySource, reporter } = ports;
  return {
    ...ports,
    cluster: gatedCluster(ports.cluster, gate),
    cloud: gatedCloud(ports.cloud, gate),
    telemetry: gatedTelemetry(ports.telemetry, gate),
    ledger: gatedLedger(ports.ledger, gate),
    clock: gatedClock(ports.clock, gate, skewMs),
    interruptions: gatedInterruptions(ports.interruptions, gate, skewMs),
    policySource: {
      synced: (signal) => gate.call(() => policySource.synced(signal)),
      current: () => policySource.current(),
      whyNone: () => policySource.whyNone(),
      lastGood: () => policySource.lastGood(),
      onChange: (listener) => gate.untilDeath(policySource.onChange(() => gate.deliver(listener))),
    },
    reporter: {
      report: (event) => {
        if (!gate.isDead) reporter.report(event);
      },
    },
  };
}

function gatedCluster(cluster: Cluster, gate: ProcessGate): Cluster {
  return {
    synced: (signal) => gate.call(() => cluster.synced(signal)),
    view: () => cluster.view(),
    onChange: (listener) => gate.untilDeath(cluster.onChange(() => gate.deliver(listener))),
    cordon: (...parameters) => gate.call(() => cluster.cordon(...parameters)),
    uncordon: (...parameters) => gate.call(() => cluster.uncordon(...parameters)),
    evict: (...parameters) => gate.call(() => cluster.evict(...parameters)),
    surge: (...parameters) => gate.call(() => cluster.surge(...parameters)),
    deleteNode: (...parameters) => gate.call(() => cluster.deleteNode(...parameters)),
    rememberAnnouncement: (...parameters) => gate.call(() => cluster.rememberAnnouncement(...parameters)),
    admitNode: (...parameters) => gate.call(() => cluster.admitNode(...parameters)),
  };
}

function gatedCloud(cloud: Cloud, gate: ProcessGate): Cloud {
  return {
    instances: (signal) => gate.call(() => cloud.instances(signal)),
    offerings: (...parameters) => gate.call(() => cloud.offerings(...parameters)),
    launch: (...parameters) => gate.call(() => cloud.launch(...parameters)),
    terminate: (...parameters) => gate.call(() => cloud.terminate(...parameters)),
    start: (...parameters) => gate.call(() => cloud.start(...parameters)),
    stop: (...parameters) => gate.call(() => cloud.stop(...parameters)),
    consoleOutput: (...parameters) => gate.call(() => cloud.consoleOutput(...parameters)),
  };
}

function gatedTelemetry(telemetry: Telemetry, gate: ProcessGate): Telemetry {
  return { utilization: (...parameters) => gate.call(() => telemetry.utilization(...parameters)) };
}

function gatedLedger(ledger: Ledger, gate: ProcessGate): Ledger {
  return {
    list: (signal) => gate.call(() => ledger.list(signal)),
    put: (...parameters) => gate.call(() => ledger.put(...parameters)),
  };
}

/** An adapter states the times of messages on the clock of its process. */
function gatedInterruptions(queue: Interruptions, gate: ProcessGate, skewMs: () => number): Interruptions {
  return {
    receive: async (signal) => {
      const messages = await gate.call(() => queue.receive(signal));
      return messages.map((message) => shifted(message, skewMs()));
    },
    acknowledge: (...parameters) => gate.call(() => queue.acknowledge(...parameters)),
  };
}

function shifted(message: InterruptionMessage, byMs: number): InterruptionMessage {
  const interruptions = message.interruptions.map((interruption) => ({
    ...interruption,
    atMs: interruption.atMs + byMs,
    ...(interruption.effectiveAtMs !== undefined && { effectiveAtMs: interruption.effectiveAtMs + byMs }),
  }));
  return { ...message, interruptions };
}

/** A paused process hears late that its time is over, too. Waking up is no call: nobody dies of it. */
function gatedClock(clock: Clock, gate: ProcessGate, skewMs: () => number): Clock {
  return {
    now: () => clock.now() + skewMs(),
    monotonicMs: () => clock.monotonicMs(),
    sleep: (ms, signal) => gate.subscribe(clock.sleep(ms, signal)),
    callAfter: (ms, callback) => {
      let isOff = false;
      const callOff = clock.callAfter(ms, () =>
        gate.deliver(() => {
          if (!isOff) callback();
        }),
      );
      return () => {
        isOff = true;
        callOff();
      };
    },
  };
}
