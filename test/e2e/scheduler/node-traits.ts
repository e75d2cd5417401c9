import { addVolume } from './add-volume.ts';
import {
  ARCH,
  type Draft,
  type Drawing,
  HOSTNAME,
  LIFECYCLE,
  offeringValue,
  oneOf,
  type Trait,
  TYPE,
  ZONE,
} from './drawing.ts';

const KEYS = [ZONE, TYPE, ARCH, LIFECYCLE] as const;

/** What a pod asks of its node. */
export const NODE_TRAITS: readonly Trait[] = [
  {
    name: 'a node selector',
    percent: 12,
    apply: ({ spec }, drawing) => {
      const key = oneOf(drawing.chance, KEYS);
      spec.nodeSelector = { ...spec.nodeSelector, [key]: offeringValue(drawing, key) };
    },
  },
  {
    name: 'a node selector on what every kubelet says',
    percent: 5,
    apply: ({ spec }, drawing) => {
      const extra = oneOf<Readonly<Record<string, string>>>(drawing.chance, [
        { 'kubernetes.io/os': 'linux' },
        { 'beta.kubernetes.io/os': 'linux' },
        { 'beta.kubernetes.io/arch': offeringValue(drawing, ARCH) },
        { 'topology.kubernetes.io/region': 'ap-southeast-1' },
      ]);
      spec.nodeSelector = { ...spec.nodeSelector, ...extra };
    },
  },
  {
    name: 'a node affinity',
    percent: 10,
    apply: (draft, drawing) => requireNode(draft, [{ matchExpressions: [expression(drawing)] }]),
  },
  {
    name: 'a node affinity with alternatives',
    percent: 7,
    apply: (draft, drawing) =>
      requireNode(draft, [
        { matchExpressions: [expression(drawing), expression(drawing)] },
        { matchExpressions: [expression(drawing)] },
        // A term that asks for nothing is no alternative.
        {},
      ]),
  },
  {
    name: 'a preferred node affinity',
    percent: 10,
    apply: ({ spec }, drawing) => {
      const preference = { matchExpressions: [expression(drawing)] };
      spec.affinity = {
        ...spec.affinity,
        nodeAffinity: {
          ...spec.affinity?.nodeAffinity,
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 50, preference }],
        },
      };
    },
  },
  {
    name: 'a preference that no node meets',
    percent: 3,
    apply: ({ spec }) => {
      const preference = { matchExpressions: [{ key: HOSTNAME, operator: 'In', values: ['long-gone'] }] };
      spec.affinity = {
        ...spec.affinity,
        nodeAffinity: {
          ...spec.affinity?.nodeAffinity,
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, preference }],
        },
      };
    },
  },
  {
    name: 'tolerations',
    percent: 10,
    apply: ({ spec }, { chance }) => {
      spec.tolerations = [
        oneOf<Record<string, unknown>>(chance, [
          { key: 'dedicated', operator: 'Equal', value: 'batch', effect: 'NoSchedule' },
          { key: 'dedicated', operator: 'Exists' },
          { operator: 'Exists' },
          { key: 'dedicated', value: 'other' },
        ]),
      ];
    },
  },
  { name: 'a volume in a zone', percent: 5, apply: (draft, drawing) => inZone(draft, drawing, 'affinity') },
  {
    name: 'a volume labelled with a zone',
    percent: 4,
    apply: (draft, drawing) => inZone(draft, drawing, 'label'),
  },
  {
    name: 'a volume in two zones',
    percent: 3,
    apply: (draft, drawing) => {
      const zones = [offeringValue(drawing, ZONE), offeringValue(drawing, ZONE)];
      addVolume(draft, drawing, { zones, as: 'affinity' });
    },
  },
  {
    name: 'a volume that may be anywhere',
    percent: 3,
    apply: (draft, drawing) => addVolume(draft, drawing, {}),
  },
];

function inZone(draft: Draft, drawing: Drawing, as: 'affinity' | 'label'): void {
  addVolume(draft, drawing, { zones: [offeringValue(drawing, ZONE)], as });
}

function expression(drawing: Drawing): Record<string, unknown> {
  const { chance } = drawing;
  const key = oneOf(chance, KEYS);
  const values = [offeringValue(drawing, key), offeringValue(drawing, key)];
  return oneOf(chance, [
    { key, operator: 'In', values },
    { key, operator: 'In', values },
    { key, operator: 'NotIn', values: values.slice(0, 1) },
    { key, operator: 'Exists' },
    { key: 'example.com/retired', operator: 'DoesNotExist' },
  ]);
}

/** A pod has one required node affinity: the last that is drawn stands. */
function requireNode({ spec }: Draft, nodeSelectorTerms: readonly unknown[]): void {
  spec.affinity = {
    ...spec.affinity,
    nodeAffinity: {
      ...spec.affinity?.nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms },
    },
  };
}
