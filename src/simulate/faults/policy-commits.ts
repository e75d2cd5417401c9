import { Document, parseDocument } from 'yaml';
import type { RandomStream } from '../base/random-stream.ts';
import type { FaultInjector } from '../world/fault-injector.ts';

/** A policy change that is committed: where in the document, and what. */
type Edit = (random: RandomStream) => readonly (readonly [path: readonly string[], value: unknown])[];

const EDITS: readonly Edit[] = [
  (random) => [[['nodes', 'max'], 4 + random.integer(10)]],
  (random) => [
    [['nodes', 'min'], 1 + random.integer(4)],
    [['nodes', 'max'], 8 + random.integer(4)],
  ],
  (random) => [[['utilization', 'cpu', 'upPercent'], 55 + random.integer(25)]],
  (random) => [[['spot', 'percent'], random.integer(101)]],
  (random) => [[['shrink', 'maxNodesPerDecision'], 1 + random.integer(3)]],
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
export function changePolicy(world: FaultInjector, random: RandomStream): void {
  const edit = random.next() < 0.45 ? undefined : random.pick(EDITS);
  commitSettings(world, edit?.(random) ?? []);
}

/** Commits the policy that the world began with, with these of its settings changed. */
export function commitSettings(world: FaultInjector, settings: ReturnType<Edit>): void {
  const first: unknown = parseDocument(world.firstPolicy.text).toJS();
  const document = new Document(first ?? {});
  for (const [path, value] of settings) document.setIn(path, value);
  const change = settings.map(([path, value]) => `${path.join('.')}: ${String(value)}`).join(', ');
  world.commitPolicy(document.toString(), change === '' ? 'the first one again' : change);
}
