import { Document, parseDocument } from 'yaml';
import type { Chance } from '../base/chance.ts';
import type { FaultInjector } from '../world/fault-injector.ts';

/** A change that somebody commits: where in the document, and what. */
type Edit = (chance: Chance) => readonly (readonly [path: readonly string[], value: unknown])[];

const EDITS: readonly Edit[] = [
  (chance) => [[['nodes', 'max'], 4 + chance.integer(10)]],
  (chance) => [
    [['nodes', 'min'], 1 + chance.integer(4)],
    [['nodes', 'max'], 8 + chance.integer(4)],
  ],
  (chance) => [[['utilization', 'cpu', 'upPercent'], 55 + chance.integer(25)]],
  (chance) => [[['spot', 'percent'], chance.integer(101)]],
  (chance) => [[['shrink', 'maxNodesPerDecision'], 1 + chance.integer(3)]],
  () => [[['suspend'], true]],
  // Broken ones: a rule between fields, a kind of value, a key that does not exist.
  () => [
    [['nodes', 'min'], 9],
    [['nodes', 'max'], 3],
  ],
  () => [[['nodes', 'max'], 'many']],
  () => [[['nodes', 'maximum'], 5]],
];

/** Commits a change to the policy the world began with, or takes the last one back. */
export function changePolicy(world: FaultInjector, chance: Chance): void {
  const edit = chance.next() < 0.45 ? undefined : chance.pick(EDITS);
  const first: unknown = parseDocument(world.firstPolicy.text).toJS();
  const document = new Document(first ?? {});
  const settings = edit?.(chance) ?? [];
  for (const [path, value] of settings) document.setIn(path, value);
  const change = settings.map(([path, value]) => `${path.join('.')}: ${String(value)}`).join(', ');
  world.commitPolicy(document.toString(), change === '' ? 'the first one again' : change);
}
