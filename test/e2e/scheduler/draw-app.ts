import { type Draft, type Drawing, isDrawn, oneOf, type Trait } from './drawing.ts';
import { IMPOSSIBLE_TRAITS } from './impossible-traits.ts';
import { NEIGHBOUR_TRAITS } from './neighbour-traits.ts';
import { NODE_TRAITS } from './node-traits.ts';
import { RESOURCE_TRAITS } from './resource-traits.ts';
import { SPREAD_TRAITS } from './spread-traits.ts';
import { NAMESPACES } from './standing-objects.ts';

const TRAITS: readonly Trait[] = [...RESOURCE_TRAITS, ...NODE_TRAITS, ...SPREAD_TRAITS, ...NEIGHBOUR_TRAITS];
const IMPOSSIBLE_PERCENT = 6;

/** The next application of a workload, with at most so many replicas. */
export function drawApp(drawing: Drawing, most: number): Draft {
  const { chance, drafts, withheld } = drawing;
  const app = `app-${drafts.length}`;
  const traits: string[] = [];
  const draft: Draft = {
    app,
    namespace: oneOf(chance, [NAMESPACES[0], NAMESPACES[0], NAMESPACES[1]]),
    labels: { app, tier: oneOf(chance, ['web', 'data']), 'pod-template-hash': `h${chance.integer(1000)}` },
    replicas: Math.min(most, isDrawn(chance, 40) ? 1 + chance.integer(2) : 2 + chance.integer(11)),
    spec: {
      containers: [{ name: 'main', image: 'example.invalid/app:1', resources: { requests: sizes(drawing) } }],
    },
    traits,
  };
  const impossible = isDrawn(chance, IMPOSSIBLE_PERCENT) ? chance.pick(IMPOSSIBLE_TRAITS) : undefined;
  const drawn = TRAITS.filter(({ percent }) => isDrawn(chance, percent));
  for (const trait of impossible === undefined ? drawn : [...drawn, impossible]) {
    if (withheld.has(trait.name)) continue;
    trait.apply(draft, drawing);
    traits.push(trait.name);
  }
  return draft;
}

/** Mostly small, at times a whole machine, seldom nothing at all. */
function sizes({ chance }: Drawing): Record<string, string> {
  if (isDrawn(chance, 5)) return {};
  const cpu = oneOf(chance, [20, 50, 100, 100, 250, 250, 500, 750, 1000, 1800, 3500]);
  const memory = oneOf(chance, [32, 64, 128, 128, 256, 512, 1024, 2048, 6000]);
  return { cpu: `${cpu}m`, memory: `${memory}Mi` };
}
