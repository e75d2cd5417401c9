import { regionOf } from '../model/offering.ts';
import type { Breach } from './breach.ts';
import { type CrossFieldRule, positions } from './cross-field-rules.ts';
import type { KnownValues } from './known-values.ts';
import { nearMiss } from './near-miss.ts';

/** What EC2 sells, by a catalogue of a day. */
export interface SoldTypes {
  /** ISO date of the catalogue. */
  readonly asOf: string;
  readonly regions: readonly string[];
  readonly types: readonly string[];
  /** `undefined` for a type that the catalogue does not have. */
  archOf(type: string): string | undefined;
  isSoldIn(type: string, region: string): boolean;
}

/** Rules about types and zones that hold where the catalogue is at hand; which rules a policy must obey in any case stands elsewhere. */
export function soldTypeRules(sold: SoldTypes): readonly CrossFieldRule[] {
  return [
    {
      says: 'instances.zones: of a region that exists',
      breaches: (known) => unknownRegions(known, sold),
    },
    {
      says: 'instances.types: EC2 sells each in the region',
      breaches: (known) => unsoldTypes(known, sold),
    },
    {
      says: 'instances.types: all of one architecture, since a launch template names one image',
      breaches: (known) => severalArchitectures(known, sold),
    },
  ];
}

function unknownRegions(known: KnownValues, { regions, asOf }: SoldTypes): readonly Breach[] {
  return positions(known, ['instances', 'zones']).flatMap((path): readonly Breach[] => {
    const zone = known.text(path);
    if (zone === undefined) return [];
    const region = regionOf(zone);
    if (regions.includes(region)) return [];
    const near = nearMiss(region, regions);
    const meant = near === undefined ? '' : `; did you mean ${near}${zone.slice(-1)}?`;
    const rule = `no region ${region} is known (catalogue of ${asOf})`;
    return [{ places: [path], rule, remedy: `write a zone such as eu-west-1a${meant}` }];
  });
}

function unsoldTypes(known: KnownValues, sold: SoldTypes): readonly Breach[] {
  const zone = known.text(['instances', 'zones', 0]);
  const region = zone === undefined ? undefined : regionOf(zone);
  return positions(known, ['instances', 'types']).flatMap((path): readonly Breach[] => {
    const type = known.text(path);
    if (type === undefined) return [];
    if (sold.archOf(type) === undefined) {
      const near = nearMiss(type, sold.types);
      const remedy =
        near === undefined
          ? 'write a type that EC2 sells, such as t3.small; of a newer one, this version knows nothing yet'
          : `did you mean ${near}?`;
      return [
        { places: [path], rule: `no instance type ${type} is known (catalogue of ${sold.asOf})`, remedy },
      ];
    }
    if (region === undefined || !sold.regions.includes(region) || sold.isSoldIn(type, region)) return [];
    const remedy = 'choose another type, or zones of another region';
    return [{ places: [path], rule: `EC2 does not sell ${type} in ${region}`, remedy }];
  });
}

function severalArchitectures(known: KnownValues, sold: SoldTypes): readonly Breach[] {
  const places = positions(known, ['instances', 'types']);
  const first = known.text(places[0] ?? []);
  const arch = first === undefined ? undefined : sold.archOf(first);
  return places.slice(1).flatMap((path): readonly Breach[] => {
    const type = known.text(path);
    const other = type === undefined ? undefined : sold.archOf(type);
    if (arch === undefined || other === undefined || other === arch) return [];
    const rule = `${type} is ${other} and ${first} is ${arch}: one image cannot start both`;
    return [
      { places: [path], rule, remedy: `name types of one architecture: only ${arch}, or only ${other}` },
    ];
  });
}
