import type { ShortPod } from '../../packing-checker/short-pods.ts';

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';

/** A Deployment's replicas, all alike but for their names. */
function replicas(app: string, count: number, parts: Omit<ShortPod, 'name' | 'labels'>): readonly ShortPod[] {
  return Array.from({ length: count }, (_, i) => ({ name: `${app}-${i}`, labels: { app }, ...parts }));
}

const spread = (key: string, app: string) => {
  return { key, maxSkew: 1, sel: { app }, when: 'DoNotSchedule' as const };
};

/** 500 small and 500 large pods. */
export function basicPods(): readonly ShortPod[] {
  return [
    ...replicas('small', 500, { cpuMilli: 900, memMi: 3100 }),
    ...replicas('large', 500, { cpuMilli: 3500, memMi: 28_672 }),
  ];
}

/** The same, with the small ones spread over hosts. */
export function hostSpreadPods(): readonly ShortPod[] {
  const onHosts = { spread: [spread(HOST, 'small')] };
  return [
    ...replicas('small', 500, { cpuMilli: 900, memMi: 3100, ...onHosts }),
    ...replicas('large', 500, { cpuMilli: 3500, memMi: 28_672 }),
  ];
}

/** Millicores and MiB of the thirty deployments. */
const WIDE: readonly (readonly [number, number])[] = [
  [240, 300],
  [450, 400],
  [650, 700],
  [900, 1024],
  [1400, 2048],
  [1900, 4096],
  [2400, 8192],
  [2800, 4096],
  [3300, 16_384],
  [3700, 10_240],
  [2300, 65_536],
  [900, 30_720],
  [1300, 32_768],
  [2800, 32_768],
  [1800, 30_720],
  [1850, 20_480],
  [3300, 30_720],
  [3800, 300],
  [225, 500],
  [450, 750],
  [700, 1024],
  [900, 2048],
  [1300, 4096],
  [1800, 8192],
  [2400, 16_384],
  [2800, 32_768],
  [3400, 28_672],
  [3800, 65_536],
  [3300, 13_312],
  [2800, 24_576],
];

/** Thirty deployments spread over zones; the first three keep off their own hosts, the next three spread over hosts. */
export function widePods(): readonly ShortPod[] {
  return WIDE.flatMap(([cpuMilli, memMi], i) => {
    const app = `wide-${i + 1}`;
    const onHosts = i >= 3 && i < 6 ? [spread(HOST, app)] : [];
    const apart = i < 3 ? { podAntiAffinity: [{ key: HOST, sel: { app } }] } : {};
    return replicas(app, i < 20 ? 35 : 30, {
      cpuMilli,
      memMi,
      spread: [spread(ZONE, app), ...onHosts],
      ...apart,
    });
  });
}

/** What the Cluster Autoscaler's bin-packing benchmark estimates: 51,000 pods that fill 2,595 nodes to the last core. */
export function estimatedPods(): readonly ShortPod[] {
  return [
    ...replicas('many', 50_000, { cpuMilli: 50, memMi: 100 }),
    ...replicas('few', 1000, { cpuMilli: 95, memMi: 190 }),
  ];
}
