import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { SystemClock } from '../adapters/system/system-clock.ts';
import { Controller } from '../loop/controller.ts';
import { MergedInterruptions } from '../observe/merged-interruptions.ts';
import { runAutoscaler } from './autoscaler-process.ts';
import { interruptionQueue } from './interruption-queue.ts';
import { ledgerChoice } from './ledger-choice.ts';
import { processLogger } from './process-logger.ts';
import { namespaceOf, outsideWorld } from './real-world.ts';
import { stopOnSignal } from './stop-on-signal.ts';
import type { WorldOptions } from './world-options.ts';

/** A step that hangs must not keep the pod until it is killed; Kubernetes waits 30 s. */
const STOP_LIMIT_MS = 20_000;

/** Runs this replica on the real world until a signal or the loss of its lease; gives the exit code. */
export async function startAutoscaler(
  flags: WorldOptions & { readonly port: number; readonly leaseName: string },
): Promise<0 | 1> {
  const clock = new SystemClock();
  const logger = processLogger();
  const { cloud, telemetry, spotRequests, clusterName } = outsideWorld(flags, process.env, {
    clock,
    warn: (message) => logger.warn(message),
  });
  const queue = interruptionQueue(process.env, { clock, logger });
  const interruptions = queue === undefined ? spotRequests : new MergedInterruptions([spotRequests, queue]);
  const ledger = ledgerChoice(flags, process.env, clusterName);
  const namespace = await namespaceOf(flags);
  const identity = `${hostname()}_${randomUUID()}`;
  const stop = stopOnSignal({
    limitMs: STOP_LIMIT_MS,
    notify: (name) => logger.info({ signal: name }, 'stopping'),
  });
  const end = await runAutoscaler(
    { ...flags, ledger, namespace, clusterName, identity },
    {
      clock,
      logger,
      cloud,
      telemetry,
      interruptions,
      loop: (ports, held) => new Controller(ports).run(held),
    },
    stop,
  );
  if (end === 'stopped') {
    logger.info('stopped');
    return 0;
  }
  logger.error('the lease is lost: this process ends, a new one contends for it');
  return 1;
}
