import { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { NODE_FLEET_SCHEMA } from './node-fleet-schema.ts';

/** The kind by which a cluster names its policy and the autoscaler answers. */
export const NODE_FLEET = {
  group: 'smartscale.dev',
  version: 'v1',
  kind: 'NodeFleet',
  plural: 'nodefleets',
} as const;

/** The definition of NodeFleet. */
export class NodeFleetChart extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { group, version, kind, plural } = NODE_FLEET;
    new k8s.KubeCustomResourceDefinition(this, 'definition', {
      metadata: {
        name: `${plural}.${group}`,
        // Removing the definition would remove every fleet's object, and the last good policy with it.
        annotations: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' },
      },
      spec: {
        group,
        scope: 'Namespaced',
        names: { kind, plural, singular: 'nodefleet', listKind: 'NodeFleetList', shortNames: ['nf'] },
        versions: [
          {
            name: version,
            served: true,
            storage: true,
            subresources: { status: {} },
            additionalPrinterColumns: COLUMNS,
            schema: { openApiv3Schema: NODE_FLEET_SCHEMA },
          },
        ],
      },
    });
  }
}

const READY = '.status.conditions[?(@.type=="Ready")]';
const SYNCED = '.status.conditions[?(@.type=="Synced")]';

/** What `kubectl get nodefleets` shows; those of priority 1 with `-o wide` only. */
const COLUMNS: k8s.CustomResourceColumnDefinition[] = [
  { name: 'Ready', type: 'string', jsonPath: `${READY}.status` },
  { name: 'Desired', type: 'integer', jsonPath: '.status.nodes.desired' },
  { name: 'Nodes', type: 'integer', jsonPath: '.status.nodes.current' },
  { name: 'Spot', type: 'integer', jsonPath: '.status.nodes.spot' },
  { name: 'Cost/h', type: 'string', jsonPath: '.status.costUsdPerHour' },
  { name: 'Policy', type: 'string', jsonPath: '.status.policy.accepted.shortDigest' },
  { name: 'Reason', type: 'string', jsonPath: `${READY}.reason` },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  { name: 'Revision', type: 'string', jsonPath: '.status.policy.accepted.revision', priority: 1 },
  { name: 'Message', type: 'string', jsonPath: `${SYNCED}.message`, priority: 1 },
];
