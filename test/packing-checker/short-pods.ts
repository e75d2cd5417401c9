import type { Pod, PodAffinityTerm } from '../../src/model/pod.ts';
import type { LabelSelector } from '../../src/model/selector.ts';
import type { Toleration } from '../../src/model/taint.ts';
import { aPod } from '../builders/pod.ts';

type Text = Readonly<Record<string, string>>;

/** A pod in the short form of `smartscale pack --pods`, topology keys written in full. */
export interface ShortPod {
  readonly name: string;
  readonly cpuMilli: number;
  readonly memMi: number;
  readonly labels?: Text;
  readonly nodeSelector?: Text;
  readonly tolerations?: readonly Toleration[];
  readonly spread?: readonly {
    readonly key: string;
    readonly maxSkew: number;
    readonly sel: Text;
    readonly when: 'DoNotSchedule' | 'ScheduleAnyway';
  }[];
  readonly podAffinity?: readonly Near[];
  readonly podAntiAffinity?: readonly Near[];
}

interface Near {
  readonly key: string;
  readonly sel: Text;
}

/** What the short form means, read without the command's own reader. */
export function podOfShort(short: ShortPod): Pod {
  return aPod({
    name: short.name,
    cpu: short.cpuMilli,
    memory: short.memMi,
    labels: short.labels ?? {},
    nodeSelector: equalTo(short.nodeSelector ?? {}),
    tolerations: short.tolerations ?? [],
    podAffinity: (short.podAffinity ?? []).map(termOf),
    podAntiAffinity: (short.podAntiAffinity ?? []).map(termOf),
    topologySpread: (short.spread ?? []).map(({ key, maxSkew, sel, when }) => ({
      topologyKey: key,
      maxSkew,
      selector: equalTo(sel),
      whenUnsatisfiable: when,
    })),
  });
}

function termOf({ key, sel }: Near): PodAffinityTerm {
  return { topologyKey: key, selector: equalTo(sel), namespaces: ['default'] };
}

function equalTo(labels: Text): LabelSelector {
  return Object.keys(labels).map((key) => ({ key, operator: 'In', values: [labels[key] ?? ''] }));
}
