import type { Offering } from '../../model/offering.ts';
import type { Resources } from '../../model/resources.ts';
import { expectedAllocatable, type SeenAllocatable, seenAllocatable } from '../../model/seen-allocatable.ts';
import type { Snapshot } from '../../model/snapshot.ts';

/** The snapshot with offerings that hold what machines of their type were seen to hold; the same one where nothing differs. */
export function withSeenAllocatable(snapshot: Snapshot): Snapshot {
  const { nodes, operations, offerings } = snapshot;
  const seen = seenAllocatable(nodes, operations);
  if (seen.size === 0) return snapshot;
  const known = learnedLists.get(offerings);
  const learned = known?.seen === seen ? known.learned : learnedFrom(offerings, seen);
  if (known?.seen !== seen) learnedLists.set(offerings, { seen, learned });
  return learned === offerings ? snapshot : { ...snapshot, offerings: learned };
}

/** What was made of each list last. */
const learnedLists = new WeakMap<
  readonly Offering[],
  { readonly seen: SeenAllocatable; readonly learned: readonly Offering[] }
>();

/** The same list where nothing differs. */
function learnedFrom(offerings: readonly Offering[], seen: SeenAllocatable): readonly Offering[] {
  const learned = offerings.map((offering) => withAllocatable(offering, expectedAllocatable(offering, seen)));
  return learned.every((offering, index) => offering === offerings[index]) ? offerings : learned;
}

/** How each offering was corrected last: the same object as long as nothing else was seen, so that what was packed with it is known. */
const corrected = new WeakMap<Offering, Offering>();

function withAllocatable(offering: Offering, allocatable: Resources): Offering {
  if (allocatable === offering.allocatable) return offering;
  const known = corrected.get(offering);
  if (known !== undefined && isSame(known.allocatable, allocatable)) return known;
  const learned = { ...offering, allocatable };
  corrected.set(offering, learned);
  return learned;
}

function isSame(a: Resources, b: Resources): boolean {
  return a.cpuMillis === b.cpuMillis && a.memoryMiB === b.memoryMiB && a.pods === b.pods;
}
