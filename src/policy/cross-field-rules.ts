import { regionOf } from '../model/offering.ts';
import type { Breach } from './breach.ts';
import { defaultPolicy } from './default-policy.ts';
import type { KnownValues } from './known-values.ts';
import { orderingBreaches, orderings } from './ordering-rules.ts';
import { type PolicyPath, pathText } from './policy-path.ts';
import { SWING_RULE, swingBreaches } from './swing-rules.ts';

/** A rule between fields: said for people, and checked over whatever values are known. */
export interface CrossFieldRule {
  readonly says: string;
  readonly breaches: (known: KnownValues) => readonly Breach[];
}

const DEFAULTS = defaultPolicy();

/** Every rule between fields, in the order in which docs/policy.md lists them. The defaults obey them all. */
export const crossFieldRules: readonly CrossFieldRule[] = [
  ...orderings.map((ordering) => ({
    says: ordering.says,
    breaches: (known: KnownValues) => orderingBreaches(ordering, known),
  })),
  { says: SWING_RULE, breaches: swingBreaches },
  { says: 'spot.onDemandBase ≤ nodes.max (the default base suits any fleet)', breaches: baseBeyondMax },
  {
    says: 'nodes.minPerZone × zones ≤ nodes.max (the default of one suits any fleet)',
    breaches: zonesBeyondMax,
  },
  { says: 'schedules: minNodes ≤ nodes.max', breaches: schedulesBeyondMax },
  { says: 'schedules: no name twice', breaches: (known) => repeated(known, ['schedules'], 'name') },
  {
    says: 'shrink.budgets: no name twice',
    breaches: (known) => repeated(known, ['shrink', 'budgets'], 'name'),
  },
  { says: 'shrink.budgets: start and durationMinutes together, or neither', breaches: halfABudget },
  { says: 'instances.types: no type twice', breaches: (known) => repeated(known, ['instances', 'types']) },
  { says: 'instances.zones: no zone twice', breaches: (known) => repeated(known, ['instances', 'zones']) },
  { says: 'instances.zones: all of one region', breaches: severalRegions },
  {
    says: 'launch.joinTimeoutSeconds > loop.intervalSeconds when loop.eventDriven is false',
    breaches: joinUnseen,
  },
];

function baseBeyondMax(known: KnownValues): readonly Breach[] {
  const path = ['spot', 'onDemandBase'];
  const base = known.number(path);
  const max = known.number(['nodes', 'max']);
  if (base === undefined || max === undefined || base <= Math.max(max, DEFAULTS.spot.onDemandBase)) return [];
  return [
    {
      places: [path, ['nodes', 'max']],
      rule: `spot.onDemandBase (${base}) must not exceed nodes.max (${max}): there are never that many workers`,
      remedy: `lower spot.onDemandBase to ${max} at most, or raise nodes.max`,
    },
  ];
}

function zonesBeyondMax(known: KnownValues): readonly Breach[] {
  const path = ['nodes', 'minPerZone'];
  const perZone = known.number(path);
  const max = known.number(['nodes', 'max']);
  const zones = known.length(['instances', 'zones']);
  if (perZone === undefined || max === undefined || perZone <= DEFAULTS.nodes.minPerZone) return [];
  if (perZone * zones <= max) return [];
  return [
    {
      places: [path, ['nodes', 'max'], ['instances', 'zones']],
      rule: `nodes.minPerZone (${perZone}) times ${zones} zones must not exceed nodes.max (${max})`,
      remedy: `lower nodes.minPerZone, or raise nodes.max to ${perZone * zones} at least`,
    },
  ];
}

function schedulesBeyondMax(known: KnownValues): readonly Breach[] {
  const max = known.number(['nodes', 'max']);
  return positions(known, ['schedules']).flatMap((at) => {
    const path = [...at, 'minNodes'];
    const level = known.number(path);
    if (level === undefined || max === undefined || level <= max) return [];
    const rule = `minNodes (${level}) must not exceed nodes.max (${max}): a schedule never lifts the maximum`;
    return [{ places: [path], rule, remedy: `lower minNodes to ${max} at most, or raise nodes.max` }];
  });
}

function halfABudget(known: KnownValues): readonly Breach[] {
  return positions(known, ['shrink', 'budgets']).flatMap((at) => {
    const [start, duration] = [
      [...at, 'start'],
      [...at, 'durationMinutes'],
    ] as const;
    if (known.isWritten(start) === known.isWritten(duration)) return [];
    const [written, missing] = known.isWritten(start)
      ? ([start, 'durationMinutes'] as const)
      : ([duration, 'start'] as const);
    const rule = `a budget that begins at a time has both start and durationMinutes, and ${missing} is missing`;
    return [{ places: [written], rule, remedy: `write ${missing}, or leave both out: then it always holds` }];
  });
}

/** Every entry of a list whose text (or whose `key`) stood in the list before. */
function repeated(known: KnownValues, list: PolicyPath, key?: string): readonly Breach[] {
  const earlier = new Map<string, PolicyPath>();
  return positions(known, list).flatMap((at) => {
    const path = key === undefined ? at : [...at, key];
    const text = known.text(path);
    if (text === undefined) return [];
    const first = earlier.get(text);
    if (first === undefined) {
      earlier.set(text, path);
      return [];
    }
    const remedy = key === undefined ? 'delete one of the two' : `give it a ${key} of its own`;
    return [{ places: [path], rule: `${text} stands at ${pathText(first)} already`, remedy }];
  });
}

function severalRegions(known: KnownValues): readonly Breach[] {
  const places = positions(known, ['instances', 'zones']);
  const first = known.text(places[0] ?? []);
  const home = first === undefined ? undefined : regionOf(first);
  return places.flatMap((path) => {
    const zone = known.text(path);
    if (home === undefined || zone === undefined || regionOf(zone) === home) return [];
    const rule = `a fleet lives in one region, and the first zone is in ${home}`;
    return [{ places: [path], rule, remedy: `choose zones of ${home}, such as ${home}a` }];
  });
}

function joinUnseen(known: KnownValues): readonly Breach[] {
  const path = ['launch', 'joinTimeoutSeconds'];
  const timeout = known.number(path);
  const interval = known.number(['loop', 'intervalSeconds']);
  if (known.flag(['loop', 'eventDriven']) !== false || timeout === undefined || interval === undefined)
    return [];
  if (timeout > interval) return [];
  return [
    {
      places: [path, ['loop', 'intervalSeconds'], ['loop', 'eventDriven']],
      rule: `launch.joinTimeoutSeconds (${timeout}) must exceed loop.intervalSeconds (${interval}) when nothing but the timer looks`,
      remedy: `raise launch.joinTimeoutSeconds above ${interval}, or look more often`,
    },
  ];
}

export function positions(known: KnownValues, list: PolicyPath): readonly PolicyPath[] {
  return Array.from({ length: known.length(list) }, (_, i) => [...list, i]);
}
