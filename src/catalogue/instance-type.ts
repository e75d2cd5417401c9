import type { Resources } from '../model/resources.ts';
import { knownType } from './all-types.ts';
import { PRICE_TABLE, type PriceRow } from './price-table.ts';

/** What a machine of this type has, before anything is reserved. */
export interface InstanceType {
  readonly name: string;
  readonly arch: 'amd64' | 'arm64';
  readonly vcpus: number;
  readonly memoryMiB: number;
  /** What `nvidia.com/gpu` counts; absent: none. */
  readonly nvidiaGpus?: number;
  /** Present on types that earn CPU credits (t3, t3a, t4g). */
  readonly burstable?: Burst;
}

/** How a burstable type is charged for CPU. One credit is one vCPU at 100 % for a minute. */
export interface Burst {
  /** CPU of each vCPU that earned credits sustain for ever, 0..100. */
  readonly baselinePercentPerVcpu: number;
  readonly creditsPerHour: number;
  /** Credits kept at most: those of 24 hours. */
  readonly maxCredits: number;
  /** What unlimited mode charges for each vCPU-hour above the credits. */
  readonly surplusUsdPerVcpuHour: number;
}

/** Memory that firmware and kernel keep from the nominal size, as a share; Karpenter's `vmMemoryOverheadPercent`. */
const VM_OVERHEAD = 0.075;
/** `system-reserved` plus `kube-reserved` for Amazon Linux 2023 with a K3s agent, containerd and flannel. */
const RESERVED_MIB = 420;
/** The kubelet's default `evictionHard: memory.available`. */
const EVICTION_MIB = 100;
/** The kubelet's default; flannel sets no limit by network interfaces. */
const MAX_PODS = 110;

const byName: ReadonlyMap<string, InstanceType> = new Map(PRICE_TABLE.map((row) => [row.name, typeOf(row)]));

/** The instance type of this name, or `undefined` when the catalogue does not have it. */
export function instanceType(name: string): InstanceType | undefined {
  return byName.get(name) ?? knownType(name);
}

/** The types whose spot prices the catalogue has, too. */
export function instanceTypes(): readonly InstanceType[] {
  return [...byName.values()];
}

/**
 * What a K3s agent on this type will leave to pods: a forecast, for a node that exists read its own allocatable.
 *
 * Memory: `nominal × (1 − 7.5 %) − 420 MiB reserved − 100 MiB eviction threshold`, so 1374 MiB of a t3.small's 2 GiB.
 * CPU: 6 % of the first vCPU, 1 % of the second, 0.5 % of the third and fourth, 0.25 % of each further one are reserved
 * (the kube-reserved formula of Amazon's EKS image), so 1930 m of two vCPUs. Never below zero. GPUs as NVIDIA's device plugin counts
 * them.
 */
export function allocatableOf(type: Pick<InstanceType, 'vcpus' | 'memoryMiB' | 'nvidiaGpus'>): Resources {
  const memoryMiB = Math.floor(type.memoryMiB * (1 - VM_OVERHEAD)) - RESERVED_MIB - EVICTION_MIB;
  return {
    cpuMillis: Math.floor(type.vcpus * 1000 - reservedCpuMillis(type.vcpus)),
    memoryMiB: Math.max(0, memoryMiB),
    pods: MAX_PODS,
    ...((type.nvidiaGpus ?? 0) > 0 && { extended: { 'nvidia.com/gpu': type.nvidiaGpus ?? 0 } }),
  };
}

function reservedCpuMillis(vcpus: number): number {
  const steps = [60, 10, 5, 5];
  const first = steps.slice(0, vcpus).reduce((sum, step) => sum + step, 0);
  return first + Math.max(0, vcpus - steps.length) * 2.5;
}

function typeOf(row: PriceRow): InstanceType {
  const { name, arch, vcpus, memoryMiB, credits } = row;
  if (credits === undefined) return { name, arch, vcpus, memoryMiB };
  const burstable = {
    baselinePercentPerVcpu: (credits.perHour / 60 / vcpus) * 100,
    creditsPerHour: credits.perHour,
    maxCredits: credits.most,
    surplusUsdPerVcpuHour: credits.surplusUsd,
  };
  return { name, arch, vcpus, memoryMiB, burstable };
}
