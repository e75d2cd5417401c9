import { type InstanceTypeInfo, paginateDescribeInstanceTypes } from '@aws-sdk/client-ec2';
import { allocatableOf, type InstanceType, instanceType } from '../../catalogue/instance-type.ts';
import { offeringBurst } from '../../catalogue/offering-burst.ts';
import type { OfferingBurst } from '../../model/offering.ts';
import type { Resources } from '../../model/resources.ts';
import type { Ec2Api } from './ec2-api.ts';

/** What an offering needs to know of a type. */
export interface TypeSize {
  readonly arch: string;
  readonly allocatable: Resources;
  readonly burst?: OfferingBurst;
}

/** Sizes of instance types: from the catalogue, and from EC2 once for each type that the catalogue does not have. */
export class TypeSizes {
  readonly #api: Ec2Api;
  readonly #asked = new Map<string, TypeSize | undefined>();

  constructor(api: Ec2Api) {
    this.#api = api;
  }

  /** The sizes of those of the types that exist. */
  async of(types: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, TypeSize>> {
    const unknown = types.filter((type) => instanceType(type) === undefined && !this.#asked.has(type));
    if (unknown.length > 0) await this.#ask(unknown, signal);
    return new Map(
      types.flatMap((type) => {
        const size = catalogued(type) ?? this.#asked.get(type);
        return size === undefined ? [] : [[type, size] as const];
      }),
    );
  }

  async #ask(types: readonly string[], signal: AbortSignal): Promise<void> {
    const found = await this.#api.read('reading instance types', signal, async (client, abortSignal) => {
      // A filter, because EC2 refuses a list of names of which it does not know one.
      const query = { Filters: [{ Name: 'instance-type', Values: [...types] }] };
      const infos: InstanceTypeInfo[] = [];
      for await (const page of paginateDescribeInstanceTypes({ client }, query, { abortSignal })) {
        infos.push(...(page.InstanceTypes ?? []));
      }
      return infos;
    });
    for (const type of types) {
      const info = found.find(({ InstanceType }) => InstanceType === type);
      this.#asked.set(type, info === undefined ? undefined : sizeOf(info));
    }
  }
}

function catalogued(name: string): TypeSize | undefined {
  const type = instanceType(name);
  return type === undefined ? undefined : sized(type);
}

function sizeOf(info: InstanceTypeInfo): TypeSize | undefined {
  const { InstanceType: name, VCpuInfo: cpus, MemoryInfo: memory, ProcessorInfo: processor } = info;
  const vcpus = cpus?.DefaultVCpus;
  const memoryMiB = memory?.SizeInMiB;
  if (name === undefined || vcpus === undefined || memoryMiB === undefined) return undefined;
  const isArm = processor?.SupportedArchitectures?.includes('arm64') ?? false;
  const nvidiaGpus = nvidiaGpusOf(info);
  return sized({
    name,
    arch: isArm ? 'arm64' : 'amd64',
    vcpus,
    memoryMiB,
    ...(nvidiaGpus > 0 && { nvidiaGpus }),
  });
}

function nvidiaGpusOf({ GpuInfo }: InstanceTypeInfo): number {
  const gpus = (GpuInfo?.Gpus ?? []).filter(({ Manufacturer }) => Manufacturer === 'NVIDIA');
  return gpus.reduce((sum, { Count = 0 }) => sum + Count, 0);
}

function sized(type: Pick<InstanceType, 'name' | 'arch' | 'vcpus' | 'memoryMiB' | 'nvidiaGpus'>): TypeSize {
  return { arch: type.arch, allocatable: allocatableOf(type), ...offeringBurst(type) };
}
