import { type Draft, type Drawing, HOSTNAME, isDrawn, oneOf, type Trait, ZONE } from './drawing.ts';
import { NAMESPACE_LABEL, NAMESPACES } from './standing-objects.ts';

type Kind = 'podAffinity' | 'podAntiAffinity';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

/** Whom a pod wants to be near, or far from. */
export const NEIGHBOUR_TRAITS: readonly Trait[] = [
  { name: 'affinity to its own kind in a zone', percent: 5, apply: near(ZONE, own) },
  { name: 'affinity to its own kind on a host', percent: 4, apply: near(HOSTNAME, own) },
  { name: 'affinity to others in a zone', percent: 5, apply: near(ZONE, other) },
  { name: 'affinity to others on a host', percent: 3, apply: near(HOSTNAME, other) },
  {
    name: 'affinity to two kinds at once',
    percent: 2,
    apply: (draft, drawing) => {
      add(draft, 'podAffinity', term(ZONE, { tier: draft.labels['tier'] ?? '' }));
      add(draft, 'podAffinity', term(HOSTNAME, own(draft)));
      if (isDrawn(drawing.chance, 30)) add(draft, 'podAffinity', term(ZONE, other(draft, drawing)));
    },
  },
  { name: 'anti-affinity to its own kind on a host', percent: 9, apply: far(HOSTNAME, own) },
  { name: 'anti-affinity to its own kind in a zone', percent: 3, apply: far(ZONE, own) },
  { name: 'anti-affinity to others on a host', percent: 5, apply: far(HOSTNAME, other) },
  { name: 'anti-affinity to others in a zone', percent: 2, apply: far(ZONE, other) },
  {
    name: 'anti-affinity across namespaces',
    percent: 3,
    apply: (draft, { chance }) => {
      const where = oneOf<Readonly<Record<string, unknown>>>(chance, [
        { namespaces: [...NAMESPACES] },
        { namespaceSelector: {} },
        { namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: NAMESPACES[1] } } },
      ]);
      add(draft, 'podAntiAffinity', { ...term(HOSTNAME, { tier: 'data' }), ...where });
    },
  },
  {
    name: 'affinity across namespaces',
    percent: 2,
    apply: (draft, { chance }) => {
      const where = oneOf<Readonly<Record<string, unknown>>>(chance, [
        { namespaces: [...NAMESPACES] },
        { namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: NAMESPACES[0] } } },
      ]);
      add(draft, 'podAffinity', { ...term(ZONE, { tier: 'web' }), ...where });
    },
  },
  { name: 'preferred affinity', percent: 8, apply: prefer('podAffinity') },
  { name: 'preferred anti-affinity', percent: 10, apply: prefer('podAntiAffinity') },
];

type Whom = (draft: Draft, drawing: Drawing) => Readonly<Record<string, string>>;

function near(topologyKey: string, whom: Whom): Trait['apply'] {
  return (draft, drawing) => add(draft, 'podAffinity', term(topologyKey, whom(draft, drawing)));
}

function far(topologyKey: string, whom: Whom): Trait['apply'] {
  return (draft, drawing) => add(draft, 'podAntiAffinity', term(topologyKey, whom(draft, drawing)));
}

function prefer(kind: Kind): Trait['apply'] {
  return (draft, drawing) => {
    const whom = isDrawn(drawing.chance, 60) ? own(draft) : other(draft, drawing);
    const podAffinityTerm = term(oneOf(drawing.chance, [ZONE, HOSTNAME]), whom);
    add(draft, kind, { weight: 1 + drawing.chance.integer(100), podAffinityTerm }, PREFERRED);
  };
}

function own({ app }: Pick<Draft, 'app'>): Readonly<Record<string, string>> {
  return { app };
}

/** Pods of an application drawn before in the same namespace, or else of a tier. */
function other({ namespace }: Draft, { chance, drafts }: Drawing): Readonly<Record<string, string>> {
  const before = chance.pick(drafts.filter((draft) => draft.namespace === namespace));
  return before === undefined || isDrawn(chance, 25) ? { tier: oneOf(chance, ['web', 'data']) } : own(before);
}

function term(topologyKey: string, matchLabels: Readonly<Record<string, string>>): Record<string, unknown> {
  return { topologyKey, labelSelector: { matchLabels } };
}

function add({ spec }: Draft, kind: Kind, added: Record<string, unknown>, rule = REQUIRED): void {
  const present = spec.affinity?.[kind];
  const terms = (present?.[rule] ?? []) as readonly unknown[];
  spec.affinity = { ...spec.affinity, [kind]: { ...present, [rule]: [...terms, added] } };
}
