import { type ActContext, actContext } from '../../src/act/core/act-ports.ts';
import { advanceLaunch } from '../../src/act/launch/advance-launch.ts';
import { advanceRemoval } from '../../src/act/remove/advance-removal.ts';
import { hasEnded, type LaunchOperation, type RemoveOperation } from '../../src/model/operation.ts';
import type { Reason } from '../../src/model/reason.ts';
import { InstanceCache } from '../../src/observe/instance-cache.ts';
import type { ReportEvent } from '../../src/ports.ts';
import { RecordingCloud } from './recording-cloud.ts';
import { RecordingCluster } from './recording-cluster.ts';
import { RecordingLedger } from './recording-ledger.ts';
import { SteppedClock } from './stepped-clock.ts';

const MAX_STEPS = 200;

/** The ports that operations touch, all in memory; every write to the world or the ledger is a line in `log`. */
export class ActWorld {
  readonly log: string[] = [];
  readonly events: ReportEvent[] = [];
  readonly clock = new SteppedClock();
  readonly cloud = new RecordingCloud(this.log, this.clock);
  readonly cluster = new RecordingCluster(this.log);
  readonly ledger = new RecordingLedger(this.log);
  isLeader = true;
  readonly ports: ActContext = actContext(
    {
      cluster: this.cluster,
      cloud: this.cloud,
      ledger: this.ledger,
      leadership: { isLeader: () => this.isLeader, fencingToken: () => 1 },
      clock: this.clock,
      reporter: { report: (event) => this.events.push(event) },
      clusterName: 'test',
    },
    new InstanceCache(this),
  );
  readonly signal = new AbortController().signal;

  /** Lines of the log that are calls to the world, not to the ledger. */
  calls(): readonly string[] {
    return this.log.filter((line) => !line.startsWith('put '));
  }

  /** What people were told, in order. */
  notices(): readonly Reason[] {
    return this.events.flatMap((event) => (event.kind === 'notice' ? [event.reason] : []));
  }

  /** One step of a launch. */
  async launchStep(operation: LaunchOperation): Promise<LaunchOperation> {
    return (await advanceLaunch(operation, this.ports, this.signal)).operation;
  }

  /** One step of a removal. */
  async removalStep(operation: RemoveOperation): Promise<RemoveOperation> {
    return (await advanceRemoval(operation, this.ports, this.signal)).operation;
  }

  /** Steps until the launch stands at `until` or has ended; time passes where it waits. */
  launch(operation: LaunchOperation, until?: LaunchOperation['step']): Promise<LaunchOperation> {
    return this.#follow(operation, (o) => advanceLaunch(o, this.ports, this.signal), until);
  }

  /** Steps until the removal stands at `until` or has ended; time passes where it waits. */
  remove(operation: RemoveOperation, until?: RemoveOperation['step']): Promise<RemoveOperation> {
    return this.#follow(operation, (o) => advanceRemoval(o, this.ports, this.signal), until);
  }

  async #follow<T extends LaunchOperation | RemoveOperation>(
    start: T,
    advance: (operation: T) => Promise<{ readonly operation: T; readonly wakeAtMs?: number }>,
    until: T['step'] | undefined,
  ): Promise<T> {
    let operation = start;
    for (let step = 0; step < MAX_STEPS; step += 1) {
      if (hasEnded(operation) || operation.step === until) return operation;
      const progress = await advance(operation);
      operation = progress.operation;
      const waitMs = (progress.wakeAtMs ?? this.clock.now()) - this.clock.now();
      await this.clock.advance(Math.max(0, waitMs));
    }
    throw new Error(`the operation still stands at ${operation.step} after ${MAX_STEPS} steps`);
  }
}
