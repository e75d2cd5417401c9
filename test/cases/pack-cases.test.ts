import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { podRef } from '../../src/model/pod.ts';
import { packFiles } from '../../src/use-cases/pack/pack-files.ts';

/*
 * Situations from public bug reports of other autoscalers; each file says in its first line which, and what is right.
 */
const file = (name: string) => fileURLToPath(new URL(`pods/${name}.yaml`, import.meta.url));

interface Case {
  readonly title: string;
  readonly pods: string;
  readonly offerings: 'two-zones' | 'two-architectures';
  readonly nodes: number;
  readonly unplaced?: readonly string[];
}

const CASES: readonly Case[] = [
  {
    title: 'lets pods of two revisions share a node',
    pods: 'pack-affinity-match-label-keys',
    offerings: 'two-zones',
    nodes: 2,
  },
  {
    title: 'leaves the DaemonSet of another architecture out',
    pods: 'pack-daemonset-node-selector',
    offerings: 'two-architectures',
    nodes: 1,
  },
  {
    title: 'lets one host port be held on two addresses',
    pods: 'pack-host-ip',
    offerings: 'two-zones',
    nodes: 1,
  },
  {
    title: 'reads a limit of the whole pod as its request',
    pods: 'pack-pod-level-limits',
    offerings: 'two-zones',
    nodes: 2,
  },
  {
    title: 'spreads each revision by itself',
    pods: 'pass-spread-match-label-keys',
    offerings: 'two-zones',
    nodes: 2,
  },
  {
    title: 'adds sidecars to what is started after them',
    pods: 'pass-pack-init-sidecar',
    offerings: 'two-zones',
    nodes: 1,
    unplaced: ['default/before'],
  },
];

test.each(CASES)('packing $title ($pods)', async ({ pods, offerings, nodes, unplaced = [] }) => {
  const { packing } = await packFiles({ pods: file(pods), offerings: file(`${offerings}.offerings`) });
  expect(packing.nodes).toHaveLength(nodes);
  expect(packing.unplaced.map(({ pod }) => podRef(pod))).toEqual(unplaced);
});
