import type { FleetBill } from '../cloud/bill.ts';
import type { FleetFigures } from './fleet-figures.ts';

/** What a page shows of the world at one moment. */
export interface WorldView {
  /** Virtual milliseconds since the world began. */
  readonly monotonicMs: number;
  readonly nowMs: number;
  /** CPU that the users ask for and get now, in millicores. */
  readonly demandMillis: number;
  readonly servedMillis: number;
  /** Allocatable CPU of the ready workers, in millicores. */
  readonly capacityMillis: number;
  readonly readyWorkers: number;
  readonly aliveInstances: number;
  readonly unschedulablePods: number;
  readonly loadFactor: number;
  /** The whole bill so far. */
  readonly costUsd: number;
  readonly bill: FleetBill;
  readonly figures: FleetFigures;
  readonly nodeHours: number;
  readonly shortMinutes: number;
}
