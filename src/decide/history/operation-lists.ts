import { oncePer } from '../../model/once-per.ts';
import { hasEnded, isInFlight, type LaunchOperation, type Operation } from '../../model/operation.ts';

/** Launches, whatever became of them. */
export const launchesIn = oncePer((operations: readonly Operation[]): readonly LaunchOperation[] =>
  operations.filter((operation) => operation.kind === 'launch'),
);

/** Launches that still count as capacity to come. */
export const inFlightIn = oncePer((operations: readonly Operation[]): readonly LaunchOperation[] =>
  operations.filter(isInFlight),
);

/** Operations that are still carried out. */
export const unendedIn = oncePer((operations: readonly Operation[]): readonly Operation[] =>
  operations.filter((operation) => !hasEnded(operation)),
);
