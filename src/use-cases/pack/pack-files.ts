import { countText } from '../../decide/text/wording.ts';
import type { Pod } from '../../model/pod.ts';
import { type FleetPacking, packFleet } from '../../packing/pack-fleet.ts';
import { readOfferings } from './read-offerings.ts';
import { readPods } from './read-pods.ts';

export interface PackFiles {
  /** Pods in short or as a Kubernetes List, JSON or YAML; `-`: standard input. */
  readonly pods: string;
  /** What can be bought, with prices. */
  readonly offerings: string;
}

export interface PackedFiles {
  readonly packing: FleetPacking;
  /** A pod's name alone, or with its namespace before it when the file has the same name in two. */
  readonly nameOf: (pod: Pod) => string;
  /** Without reading the files. */
  readonly solveMs: number;
  /** What was left out or not looked at, for people. */
  readonly notes: readonly string[];
}

/**
 * Packs the pods of one file onto offerings of another.
 * @throws CommandError when a file cannot be read or breaks a rule
 */
export async function packFiles(
  files: PackFiles,
  onProgress: (step: string) => void = () => undefined,
): Promise<PackedFiles> {
  const { pods, daemons, nameOf, notes } = await readPods(files.pods);
  const offerings = await readOfferings(files.offerings);
  const unpriced = offerings.filter(({ priceUsdPerHour }) => priceUsdPerHour === undefined).length;
  const left =
    unpriced === 0 ? [] : [`not bought, since its price is not known: ${countText(unpriced, 'offering')}`];
  onProgress(`packing ${countText(pods.length, 'pod')} onto ${countText(offerings.length, 'offering')}`);
  const startMs = performance.now();
  const packing = packFleet(pods, offerings, { daemons });
  const solveMs = Number((performance.now() - startMs).toFixed(1));
  return { packing, nameOf, solveMs, notes: [...notes, ...left] };
}
