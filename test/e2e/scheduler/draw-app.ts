import { type Draft, type Drawing, isDrawn, oneOf, type Trait } from './drawing.ts';
import { IMPOSSIBLE_TRAITS } from './impossible-traits.ts';
import { NEIGHBOUR_TRAITS } from './neighbour-traits.ts';
import { NODE_TRAITS } from './node-traits.ts';
import { RESOURCE_TRAITS } from './resource-traits.ts';
import { SPREAD_TRAITS } from './spread-traits.ts';
import { NAMESPACES } from './standing-objects.ts';

const TRAITS: readonly Trait[] = [...RESOURCE_TRAITS, ...NODE_TRAITS, ...SPREAD_TRAITS, ...NEIGHBOUR_TRAITS];
const IMPOSSIBLE_PERCENT = 6;
const SMALL_CPU_MILLIS = [20, 50, 100, 100, 200, 250, 500] as const;
const LARGE_CPU_MILLIS = [750, 1000, 1800, 3500] as const;
const SMALL_MEMORY_MIB = [32, 64, 128, 128, 256, 256, 512] as const;
const LARGE_MEMORY_MIB = [1024, 2048, 3000, 6000] as const;

/** The next application of a workload, with at most this many replicas. */
export function drawApp(drawing: Drawing, max: number): Draft {
  const { chance, drafts } = drawing;
  const app = `app-${drafts.length}`;
  const traits: string[] = [];
  const draft: Draft = {
    app,
    namespace: oneOf(chance, [NAMESPACES[0], NAMESPACES[0], NAMESPACES[1]]),
    labels: { app, tier: oneOf(chance, ['web', 'data']), 'pod-template-hash': `h${chance.integer(1000)}` },
    replicas: Math.min(max, isDrawn(chance, 40) ? 1 + chance.integer(2) : 2 + chance.integer(11)),
    spec: {
      containers: [{ name: 'main', image: 'example.invalid/app:1', resources: { requests: sizes(drawing) } }],
    },
    ...protection(drawing),
    traits,
  };
  const impossible = isDrawn(chance, IMPOSSIBLE_PERCENT) ? chance.pick(IMPOSSIBLE_TRAITS) : undefined;
  const drawn = TRAITS.filter(({ percent }) => isDrawn(chance, percent));
  for (const trait of impossible === undefined ? drawn : [...drawn, impossible]) {
    trait.apply(draft, drawing);
    traits.push(trait.name);
  }
  return draft;
}

/** Most pods may be moved; some must not, for every reason that there is. */
function protection({ chance }: Drawing): Pick<Draft, 'owner' | 'annotations' | 'budget'> {
  return {
    owner: isDrawn(chance, 90) ? 'ReplicaSet' : oneOf(chance, ['StatefulSet', undefined]),
    annotations: isDrawn(chance, 4) ? { 'smartscale.dev/do-not-disrupt': 'true' } : {},
    budget: isDrawn(chance, 20)
      ? oneOf<Readonly<Record<string, number | string>>>(chance, [
          { minAvailable: 1 },
          { minAvailable: '60%' },
          { maxUnavailable: 1 },
          { maxUnavailable: 0 },
        ])
      : undefined,
  };
}

/** Mostly small, at times a whole machine, seldom nothing at all. */
function sizes({ chance }: Drawing): Record<string, string> {
  if (isDrawn(chance, 5)) return {};
  const cpu = oneOf(chance, isDrawn(chance, 85) ? SMALL_CPU_MILLIS : LARGE_CPU_MILLIS);
  const memory = oneOf(chance, isDrawn(chance, 85) ? SMALL_MEMORY_MIB : LARGE_MEMORY_MIB);
  return { cpu: `${cpu}m`, memory: `${memory}Mi` };
}
