import type { Resources } from './resources.ts';
import type { Labels } from './selector.ts';
import type { Taint } from './taint.ts';

/** How an instance is bought. */
export type Lifecycle = 'spot' | 'on-demand';

/** One thing that can be bought: an instance type in a zone under a lifecycle, with what pods may use of it. */
export interface Offering {
  readonly type: string;
  readonly zone: string;
  readonly lifecycle: Lifecycle;
  readonly arch: string;
  /** USD per hour now; `undefined` when unknown, which is never read as free. */
  readonly priceUsdPerHour: number | undefined;
  /** What a node of this type offers to pods, system reserves already taken off. */
  readonly allocatable: Resources;
  /** Labels that a node has beside those of its offering, such as its team's; absent: none. */
  readonly labels?: Labels;
  /** Taints that stay on a node; absent: none. */
  readonly taints?: readonly Taint[];
  /** Present on types that earn CPU credits: what CPU beyond them costs where credits are unlimited. */
  readonly burst?: OfferingBurst;
  /** Probability, 0..1, that a spot instance is interrupted within an hour; absent for on-demand and when unknown. */
  readonly interruptionsPerHour?: number;
}

/** How CPU above the baseline of a burstable type is charged. */
export interface OfferingBurst {
  readonly vcpus: number;
  /** CPU of each vCPU that earned credits sustain for ever, 0..100. */
  readonly baselinePercentPerVcpu: number;
  readonly surplusUsdPerVcpuHour: number;
}

/** The key of an offering, for prices and for unavailability after capacity errors. */
export type OfferingKey = `${string}/${string}/${Lifecycle}`;

/** The facts that a key states. */
export type OfferingParts = Pick<Offering, 'type' | 'zone' | 'lifecycle'>;

/** The key of an offering, `type/zone/lifecycle`. */
export function offeringKey({ type, zone, lifecycle }: OfferingParts): OfferingKey {
  return `${type}/${zone}/${lifecycle}`;
}

/** The type, zone and lifecycle that a key names; of no key nothing. */
export function parseOfferingKey(key: OfferingKey): OfferingParts;
export function parseOfferingKey(key: OfferingKey | undefined): OfferingParts | undefined;
export function parseOfferingKey(key: OfferingKey | undefined): OfferingParts | undefined {
  if (key === undefined) return undefined;
  const [type = '', zone = '', lifecycle] = key.split('/');
  return { type, zone, lifecycle: lifecycle === 'spot' ? 'spot' : 'on-demand' };
}

/** The region of a zone, whose name is the region's and a letter. */
export function regionOf(zone: string): string {
  return zone.replace(/[a-z]$/, '');
}

/** Those that share the first one's lifecycle, in their order. */
export function sharingLifecycle(keys: readonly OfferingKey[]): readonly OfferingKey[] {
  const [first] = keys;
  return first === undefined ? [] : keys.filter((key) => lifecycleOf(key) === lifecycleOf(first));
}

/** The lifecycle that a key names: `parseOfferingKey(key).lifecycle`. */
export function lifecycleOf(key: OfferingKey): Lifecycle {
  return key.endsWith('/spot') ? 'spot' : 'on-demand';
}
