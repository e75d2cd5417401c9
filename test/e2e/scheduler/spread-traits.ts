import {
  type Draft,
  type Drawing,
  HOSTNAME,
  isDrawn,
  LIFECYCLE,
  oneOf,
  type Trait,
  TYPE,
  ZONE,
} from './drawing.ts';

/** How pods want to be spread. */
export const SPREAD_TRAITS: readonly Trait[] = [
  { name: 'a spread over zones', percent: 14, apply: (draft, drawing) => spread(draft, drawing, ZONE) },
  { name: 'a spread over hosts', percent: 12, apply: (draft, drawing) => spread(draft, drawing, HOSTNAME) },
  {
    name: 'a spread over something else',
    percent: 4,
    apply: (draft, drawing) => spread(draft, drawing, oneOf(drawing.chance, [TYPE, LIFECYCLE])),
  },
  {
    name: 'a spread over zones with a least number of domains',
    percent: 5,
    apply: (draft, drawing) =>
      spread(draft, drawing, ZONE, {
        minDomains: 1 + drawing.chance.integer(4),
        whenUnsatisfiable: 'DoNotSchedule',
      }),
  },
  {
    name: 'a spread over hosts with a least number of domains',
    percent: 3,
    apply: (draft, drawing) =>
      spread(draft, drawing, HOSTNAME, {
        minDomains: 2 + drawing.chance.integer(3),
        whenUnsatisfiable: 'DoNotSchedule',
      }),
  },
  {
    name: 'a spread with inclusion policies',
    percent: 6,
    apply: (draft, drawing) =>
      spread(draft, drawing, oneOf(drawing.chance, [ZONE, HOSTNAME]), {
        nodeAffinityPolicy: oneOf(drawing.chance, ['Honor', 'Ignore']),
        nodeTaintsPolicy: oneOf(drawing.chance, ['Honor', 'Ignore']),
      }),
  },
  {
    name: 'a spread of each revision',
    percent: 3,
    apply: (draft, drawing) => spread(draft, drawing, ZONE, { matchLabelKeys: ['pod-template-hash'] }),
  },
];

function spread(
  draft: Draft,
  { chance }: Drawing,
  topologyKey: string,
  more: Readonly<Record<string, unknown>> = {},
): void {
  const { spec, labels } = draft;
  // Seldom a pod spreads by others than its own kind, or by everything in its namespace.
  const matchLabels = isDrawn(chance, 80)
    ? { app: labels['app'] }
    : oneOf(chance, [{ tier: 'web' }, { tier: 'data' }, {}]);
  const constraint = {
    topologyKey,
    maxSkew: 1 + chance.integer(3),
    whenUnsatisfiable: isDrawn(chance, 70) ? 'DoNotSchedule' : 'ScheduleAnyway',
    labelSelector: { matchLabels },
    ...more,
  };
  // The pair of key and whenUnsatisfiable must be unique.
  const isTaken = spec.topologySpreadConstraints?.some(
    (other) =>
      other['topologyKey'] === topologyKey && other['whenUnsatisfiable'] === constraint.whenUnsatisfiable,
  );
  if (isTaken === true) return;
  spec.topologySpreadConstraints = [...(spec.topologySpreadConstraints ?? []), constraint];
}
