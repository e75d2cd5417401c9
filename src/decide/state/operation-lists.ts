import { memoizeByIdentity } from '../../model/memoize-by-identity.ts';
import {
  hasEnded,
  isFilling,
  isInFlight,
  type LaunchOperation,
  type Operation,
  startedBy,
} from '../../model/operation.ts';

/** Launches, whatever became of them. */
export const launchesIn = memoizeByIdentity((operations: readonly Operation[]): readonly LaunchOperation[] =>
  operations.filter((operation) => operation.kind === 'launch'),
);

/** Launches that still count as capacity to come. */
export const inFlightIn = memoizeByIdentity((operations: readonly Operation[]): readonly LaunchOperation[] =>
  operations.filter(isInFlight),
);

/**
 * Launches that say how launching workers goes: what became of the warm pool's machines, on their way into it or out of it, does not,
 * and must not hold it back.
 */
export const workerLaunchesIn = memoizeByIdentity(
  (operations: readonly Operation[]): readonly LaunchOperation[] =>
    launchesIn(operations).filter(
      (launch) => launch.forPool !== true && (launch.step === 'ready' || startedBy(launch) === undefined),
    ),
);

/** Launches that are about to put a machine into the warm pool. */
export const fillingIn = memoizeByIdentity((operations: readonly Operation[]): readonly LaunchOperation[] =>
  operations.filter(isFilling),
);

/** Operations that are still carried out. */
export const unendedIn = memoizeByIdentity((operations: readonly Operation[]): readonly Operation[] =>
  operations.filter((operation) => !hasEnded(operation)),
);
