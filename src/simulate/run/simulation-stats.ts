import type { FleetFigures } from '../world/fleet-figures.ts';

/** What a run came to, in amounts: those of several runs are added up. */
export interface SimulationSums extends FleetFigures {
  readonly launches: number;
  readonly terminations: number;
  /** Spot instances that EC2 interrupted, whether or not they were terminated before. */
  readonly interruptions: number;
  /** Times the controller was killed. */
  readonly crashes: number;
  /** Hours that instances ran, those that boot included. */
  readonly nodeHours: number;
  readonly shortMinutes: number;
  /** The bill in its parts, USD: instances at their prices, root volumes, CPU beyond the credits. */
  readonly listUsd: number;
  readonly diskUsd: number;
  readonly surplusUsd: number;
}

/** The amounts, and what follows from them. */
export interface SimulationStats extends SimulationSums {
  /** `listUsd` under its former name. */
  readonly costUsd: number;
  /** The whole bill: list prices, disks and surplus. */
  readonly realUsd: number;
  /** Share of the time with four or more workers in which zones differ by more than one, 0..100. */
  readonly zoneSkewPercent: number;
  /** Worker-hours over those that the pods' requests need; 0 where none was needed. */
  readonly overProvisioning: number;
}

const NOTHING: SimulationSums = {
  launches: 0,
  terminations: 0,
  interruptions: 0,
  crashes: 0,
  nodeHours: 0,
  shortMinutes: 0,
  listUsd: 0,
  diskUsd: 0,
  surplusUsd: 0,
  launchesUndone: 0,
  evictions: 0,
  spreadableHours: 0,
  skewedHours: 0,
  neededNodeHours: 0,
};

/** The amounts with the shares that follow from them. */
export function statsOf(sums: SimulationSums): SimulationStats {
  const { listUsd, diskUsd, surplusUsd, spreadableHours, skewedHours, nodeHours, neededNodeHours } = sums;
  return {
    ...sums,
    costUsd: listUsd,
    realUsd: listUsd + diskUsd + surplusUsd,
    zoneSkewPercent: spreadableHours === 0 ? 0 : (100 * skewedHours) / spreadableHours,
    overProvisioning: neededNodeHours === 0 ? 0 : nodeHours / neededNodeHours,
  };
}

/** The figures of several runs as one: amounts are added, and shares are those of all their time together. */
export function combinedStats(runs: readonly SimulationSums[]): SimulationStats {
  const keys = Object.keys(NOTHING) as (keyof SimulationSums)[];
  const total = (key: keyof SimulationSums) => runs.reduce((sum, run) => sum + run[key], 0);
  return statsOf({ ...NOTHING, ...Object.fromEntries(keys.map((key) => [key, total(key)])) });
}
