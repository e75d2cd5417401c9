import type { OfferingBurst } from '../model/offering.ts';
import { instanceType } from './instance-type.ts';

/** Families that launch with unlimited credits, and what their surplus costs (EC2 user guide, "Unlimited mode"). */
const SURPLUS_USD_PER_VCPU_HOUR: Readonly<Record<string, number>> = { t3: 0.05, t3a: 0.05, t4g: 0.04 };
/** CPU of each vCPU that earned credits sustain, by size; alike in the three families. */
const BASELINE_PERCENT: Readonly<Record<string, number>> = {
  nano: 5,
  micro: 10,
  small: 20,
  medium: 20,
  large: 30,
  xlarge: 40,
  '2xlarge': 40,
};

/**
 * How CPU of a burstable type is charged, as a part of an offering; empty for all other types. T2 launches in standard
 * mode, so it is never charged and counts as one of the others.
 */
export function offeringBurst(type: { readonly name: string; readonly vcpus: number }): {
  readonly burst?: OfferingBurst;
} {
  const { vcpus } = type;
  const known = instanceType(type.name)?.burstable;
  if (known !== undefined) {
    const { baselinePercentPerVcpu, surplusUsdPerVcpuHour } = known;
    return { burst: { vcpus, baselinePercentPerVcpu, surplusUsdPerVcpuHour } };
  }
  const [family = '', size = ''] = type.name.split('.');
  const surplusUsdPerVcpuHour = SURPLUS_USD_PER_VCPU_HOUR[family];
  const baselinePercentPerVcpu = BASELINE_PERCENT[size];
  if (surplusUsdPerVcpuHour === undefined || baselinePercentPerVcpu === undefined) return {};
  return { burst: { vcpus, baselinePercentPerVcpu, surplusUsdPerVcpuHour } };
}
