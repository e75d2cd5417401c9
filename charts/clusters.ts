import type { FluxSettings } from './flux-settings.ts';

/** Settings of the AWS account that a cluster lives in; docs/aws.md says what each must be. */
export interface AwsSettings {
  readonly region: string;
  readonly launchTemplate: string;
  /** A number: a new version of the template is a commit, too. */
  readonly launchTemplateVersion: number;
  /** `key=value` of the tag that the workers' private subnets carry. */
  readonly subnetTag: string;
  /** The queue that EventBridge fills: `https://sqs.REGION.amazonaws.com/ACCOUNT/NAME`. @default interruptions are not heard */
  readonly interruptionQueueUrl?: string;
  /** DynamoDB table for the operations and the lock of leaders. @default they are kept in the cluster itself */
  readonly stateTable?: string;
}

/** What differs from cluster to cluster: data, so that charts hold no conditions on names. */
export interface ClusterSettings {
  /** Folder under clusters/ and flux-system/, and the `Cluster` tag of the instances. */
  readonly name: string;
  readonly aws: AwsSettings;
  readonly flux: FluxSettings;
  /** Pods of the demo app: one a worker, so no more than the policy's `nodes.max`. */
  readonly demoApp: { readonly minReplicas: number; readonly maxReplicas: number };
}

/** The repository that this file is in: every cluster follows its main branch. */
const REPOSITORY = { url: 'https://github.com/smartscale-dev/smartscale', branch: 'main' } as const;

export const CLUSTERS: readonly ClusterSettings[] = [
  {
    name: 'production',
    aws: {
      region: 'ap-southeast-1',
      launchTemplate: 'smartscale-worker',
      launchTemplateVersion: 1,
      subnetTag: 'smartscale.dev/workers=production',
    },
    flux: { repository: REPOSITORY },
    demoApp: { minReplicas: 2, maxReplicas: 10 },
  },
  {
    name: 'staging',
    aws: {
      region: 'ap-southeast-1',
      launchTemplate: 'smartscale-worker-staging',
      launchTemplateVersion: 1,
      subnetTag: 'smartscale.dev/workers=staging',
    },
    flux: { repository: REPOSITORY },
    demoApp: { minReplicas: 1, maxReplicas: 4 },
  },
];
