import { addVolume } from './add-volume.ts';
import { HOSTNAME, type Trait, ZONE } from './drawing.ts';

/** What no node on offer can give: such pods wait for ever, and nothing may be bought for them. */
export const IMPOSSIBLE_TRAITS: readonly Omit<Trait, 'percent'>[] = [
  {
    name: 'more memory than any machine has',
    apply: ({ spec }) => {
      // What the pod asks for as a whole, where it does, would have to be more still.
      delete spec.resources;
      spec.containers[0].resources = { requests: { memory: '900Gi' } };
    },
  },
  {
    name: 'an unknown resource',
    apply: ({ spec }) => {
      const amount = { 'example.com/fpga': '1' };
      spec.containers[0].resources = { requests: amount, limits: amount };
    },
  },
  {
    name: 'an unknown label',
    apply: ({ spec }) => {
      spec.nodeSelector = { ...spec.nodeSelector, 'example.com/rack': 'r7' };
    },
  },
  {
    name: 'a node that is gone',
    apply: ({ spec }) => {
      spec.nodeSelector = { ...spec.nodeSelector, [HOSTNAME]: 'long-gone' };
    },
  },
  {
    name: 'a volume on a node that is gone',
    apply: (draft, drawing) => {
      const expression = { key: HOSTNAME, operator: 'In', values: ['long-gone'] };
      addVolume(draft, drawing, { term: { matchExpressions: [expression] } });
    },
  },
  {
    name: 'volumes in different zones',
    apply: (draft, drawing) => {
      addVolume(draft, drawing, { zones: ['ap-southeast-1a'], as: 'affinity' });
      addVolume(draft, drawing, { zones: ['ap-southeast-1b'], as: 'affinity' });
    },
  },
  {
    name: 'a volume whose label and affinity disagree',
    apply: (draft, drawing) => {
      const expression = { key: ZONE, operator: 'In', values: ['ap-southeast-1b'] };
      addVolume(draft, drawing, {
        zones: ['ap-southeast-1a'],
        as: 'label',
        term: { matchExpressions: [expression] },
      });
    },
  },
  {
    name: 'a zone that is not used',
    apply: ({ spec }) => {
      spec.nodeSelector = { ...spec.nodeSelector, [ZONE]: 'ap-southeast-1f' };
    },
  },
  {
    name: 'affinity to pods that do not exist',
    apply: ({ spec }) => {
      const term = { topologyKey: ZONE, labelSelector: { matchLabels: { app: 'nobody' } } };
      const podAffinity = {
        ...spec.affinity?.podAffinity,
        requiredDuringSchedulingIgnoredDuringExecution: [term],
      };
      spec.affinity = { ...spec.affinity, podAffinity };
    },
  },
];
