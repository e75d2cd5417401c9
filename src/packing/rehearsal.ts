/**
 * Rehearsal: what kube-scheduler's own scores would make of a plan or of a drain.
 * What the other rooms use of `rehearsal/`; they import it from here alone.
 */

export { hardestFirst } from './rehearsal/binding-order.ts';
export { type DrainableNode, DrainSimulation } from './rehearsal/drain-simulation.ts';
export { withDryRunOrder } from './rehearsal/dry-run-order.ts';
