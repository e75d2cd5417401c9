import { describe, expect, it } from '@jest/globals';
import { CLUSTERS } from '../../charts/clusters.ts';
import { objectsOfCluster } from './generated-objects.ts';
import { canReach, endpointOf } from './traffic.ts';

/** Who asks whom; everything else is closed. */
const ROADS: readonly (readonly [from: string, to: string, port: number])[] = [
  ['smartscale', 'prometheus', 9090],
  ['grafana', 'prometheus', 9090],
  ['prometheus', 'smartscale', 8080],
  ['prometheus', 'kube-state-metrics', 8080],
  ['prometheus', 'demo-app', 8080],
];
const APPS = ['smartscale', 'prometheus', 'grafana', 'kube-state-metrics', 'demo-app'];
const PORTS = [3000, 8080, 9090];

describe.each(CLUSTERS.map(({ name }) => name))('the pods of %s', (cluster) => {
  const objects = objectsOfCluster(cluster);
  const reach = (from: string, to: string, port: number) =>
    canReach(objects, endpointOf(objects, from), endpointOf(objects, to), port);

  it('reach whom they ask, and nobody else', () => {
    const open = APPS.flatMap((from) =>
      APPS.filter((to) => to !== from).flatMap((to) =>
        PORTS.filter((port) => reach(from, to, port)).map((port) => `${from} → ${to}:${port}`),
      ),
    );
    expect(open.sort()).toEqual(ROADS.map(([from, to, port]) => `${from} → ${to}:${port}`).sort());
  });
});
