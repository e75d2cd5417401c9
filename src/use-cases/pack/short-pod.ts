import type { z } from 'zod';
import { amount, count, fields, listOf, oneOf, text, textByKey } from './entry-rules.ts';
import type { PodManifest } from './pod-manifest.ts';
import { toleration } from './pod-manifest.ts';

/** Words that stand for the labels every node has. */
const LABELS: Readonly<Record<string, string>> = {
  zone: 'topology.kubernetes.io/zone',
  hostname: 'kubernetes.io/hostname',
  type: 'node.kubernetes.io/instance-type',
  arch: 'kubernetes.io/arch',
  lifecycle: 'smartscale.dev/lifecycle',
};

const near = fields({ key: text, sel: textByKey });

/** A pod in short: what it asks for and where it may run. */
export const shortPod = fields({
  name: text,
  cpuMilli: count('millicores', 0),
  memMi: amount('MiB', 0),
  labels: textByKey.optional(),
  nodeSelector: textByKey.optional(),
  tolerations: listOf(toleration).optional(),
  spread: listOf(
    fields({
      key: text,
      maxSkew: count('pods', 1),
      sel: textByKey,
      when: oneOf('DoNotSchedule', 'ScheduleAnyway').default('DoNotSchedule'),
    }),
  ).optional(),
  podAffinity: listOf(near).optional(),
  podAntiAffinity: listOf(near).optional(),
});

type ShortPod = z.output<typeof shortPod>;

/** The same pod written out, so that both kinds of file are read by one set of rules. */
export function manifestOf(pod: ShortPod): PodManifest {
  const { name, cpuMilli, memMi, labels, nodeSelector, tolerations } = pod;
  const requests = { cpu: `${cpuMilli}m`, memory: `${memMi}Mi` };
  const topologySpreadConstraints = (pod.spread ?? []).map(({ key, maxSkew, sel, when }) => ({
    topologyKey: labelOf(key),
    maxSkew,
    whenUnsatisfiable: when,
    labelSelector: { matchLabels: sel },
  }));
  return {
    metadata: { name, ...(labels && { labels }) },
    spec: {
      containers: [{ resources: { requests } }],
      ...(nodeSelector && { nodeSelector: withFullKeys(nodeSelector) }),
      ...(tolerations && { tolerations }),
      ...(topologySpreadConstraints.length > 0 && { topologySpreadConstraints }),
      affinity: {
        ...(pod.podAffinity && { podAffinity: required(pod.podAffinity) }),
        ...(pod.podAntiAffinity && { podAntiAffinity: required(pod.podAntiAffinity) }),
      },
    },
  };
}

function required(terms: readonly z.output<typeof near>[]) {
  return {
    requiredDuringSchedulingIgnoredDuringExecution: terms.map(({ key, sel }) => ({
      topologyKey: labelOf(key),
      labelSelector: { matchLabels: sel },
    })),
  };
}

function withFullKeys(selector: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(selector).map(([key, value]) => [labelOf(key), value]));
}

function labelOf(key: string): string {
  return LABELS[key] ?? key;
}
