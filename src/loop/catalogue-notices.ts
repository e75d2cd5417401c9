import type { Reason } from '../model/reason.ts';
import { expectedAllocatable, seenAllocatable } from '../model/seen-allocatable.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** Machines of one type differ by less. */
const TOLERATED_SHARE = 0.01;

/** Tells once of each type whose machines offer less to pods than the catalogue says. */
export class CatalogueNotices {
  readonly #notified = new Set<string>();

  /** Notices that were not returned before. `snapshot` has the offerings as the catalogue says. */
  takeNew({ nodes, operations, offerings }: Snapshot): readonly Reason[] {
    const seen = seenAllocatable(nodes, operations);
    return offerings.flatMap((offering): readonly Reason[] => {
      const { type, allocatable: said } = offering;
      if (this.#notified.has(type)) return [];
      const real = expectedAllocatable(offering, seen);
      const missingMiB = said.memoryMiB - real.memoryMiB;
      const missingMillis = said.cpuMillis - real.cpuMillis;
      const isAsSaid =
        missingMiB <= TOLERATED_SHARE * said.memoryMiB && missingMillis <= TOLERATED_SHARE * said.cpuMillis;
      if (isAsSaid) return [];
      this.#notified.add(type);
      const text = `${type} machines offer ${real.cpuMillis}m CPU and ${real.memoryMiB} MiB to pods, the catalogue says ${said.cpuMillis}m and ${said.memoryMiB} MiB: what was seen counts. Check the kubelet's reserves in the image.`;
      return [{ code: 'catalogue-differs', text, facts: { type, missingMiB, missingMillis } }];
    });
  }
}
