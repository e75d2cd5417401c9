import table from './instance-types.json' with { type: 'json' };

/*
 * Every EC2 type that runs Linux, with its on-demand list price in every commercial region: data/instances.json of the Go module
 * github.com/cristim/ec2-instances-info of this day (MIT data licence). `.config/instance-types.ts` writes the file.
 */
export const TYPES_AS_OF = '2025-05-28';

type Row = readonly [
  name: string,
  arch: string,
  vcpus: number,
  memoryMiB: number,
  gpus: number,
  onDemandUsdPerHour: readonly number[],
];

/** A type's size, before anything is reserved. */
export interface KnownType {
  readonly name: string;
  readonly arch: 'amd64' | 'arm64';
  readonly vcpus: number;
  readonly memoryMiB: number;
  /** GPUs that `nvidia.com/gpu` counts. */
  readonly nvidiaGpus: number;
}

const rows = new Map((table.types as unknown as readonly Row[]).map((row) => [row[0], row]));

export const KNOWN_REGIONS: readonly string[] = table.regions;

/** The names of all types. */
export function knownTypeNames(): readonly string[] {
  return [...rows.keys()];
}

/** The type of this name; `undefined` when there was none. */
export function knownType(name: string): KnownType | undefined {
  const row = rows.get(name);
  if (row === undefined) return undefined;
  const [, arch, vcpus, memoryMiB, nvidiaGpus] = row;
  return { name, arch: arch === 'arm64' ? 'arm64' : 'amd64', vcpus, memoryMiB, nvidiaGpus };
}

/** The on-demand list price, Linux, shared tenancy; `undefined` where the type is not sold, or the region not known. */
export function knownPriceUsdPerHour(region: string, type: string): number | undefined {
  const price = rows.get(type)?.[5][KNOWN_REGIONS.indexOf(region)];
  return price === undefined || price === 0 ? undefined : price;
}
