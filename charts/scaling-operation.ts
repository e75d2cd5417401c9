import { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';

/** The definition of ScalingOperation: the ledger's entries, each written before its first call to EC2. */
export class ScalingOperationChart extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new k8s.KubeCustomResourceDefinition(this, 'definition', {
      metadata: {
        name: 'scalingoperations.smartscale.dev',
        // Removing the definition would remove the ledger, and with it what is known of launches and drains under way.
        annotations: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' },
      },
      spec: {
        group: 'smartscale.dev',
        scope: 'Namespaced',
        names: {
          kind: 'ScalingOperation',
          plural: 'scalingoperations',
          singular: 'scalingoperation',
          listKind: 'ScalingOperationList',
          shortNames: ['sop'],
        },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            additionalPrinterColumns: COLUMNS,
            schema: { openApiv3Schema: SCHEMA },
          },
        ],
      },
    });
  }
}

const OPERATION = '.spec.operation';

const COLUMNS: k8s.CustomResourceColumnDefinition[] = [
  { name: 'Kind', type: 'string', jsonPath: `${OPERATION}.kind` },
  { name: 'Step', type: 'string', jsonPath: `${OPERATION}.step` },
  { name: 'Instance', type: 'string', jsonPath: `${OPERATION}.instanceId` },
  { name: 'Reason', type: 'string', jsonPath: `${OPERATION}.reasons[0].code` },
  { name: 'Outcome', type: 'string', jsonPath: `${OPERATION}.outcome.code` },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  { name: 'Policy', type: 'string', jsonPath: `${OPERATION}.policy.revision`, priority: 1 },
];

/** The autoscaler checks every entry as it reads it; the definition says only what a reader relies on. */
const SCHEMA: k8s.JsonSchemaProps = {
  type: 'object',
  description: 'One launch or removal of a worker, as the autoscaler wrote it down. Not for people to write.',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      required: ['fencingToken', 'operation'],
      properties: {
        fencingToken: {
          type: 'integer',
          format: 'int64',
          description: 'Which leader wrote it last: the transitions of its lease.',
        },
        operation: {
          type: 'object',
          required: ['id', 'kind', 'step'],
          properties: {
            id: { type: 'string' },
            kind: { type: 'string', enum: ['launch', 'remove'] },
            step: { type: 'string' },
          },
          xKubernetesPreserveUnknownFields: true,
        },
      },
    },
  },
};
