import type * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { JoinSecrets } from './join-secrets.ts';
import type { Statement } from './policy-document.ts';

/** What the machine of the control plane needs for itself: to publish the tokens that it made, and to keep its snapshots. */
export function controlPlaneRights(secrets: JoinSecrets, snapshots: aws.s3.Bucket): readonly Statement[] {
  return [
    {
      Sid: 'PublishTokens',
      Action: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
      Resource: [secrets.agent.arn, secrets.server.arn],
    },
    { Sid: 'ListSnapshots', Action: ['s3:ListBucket', 's3:GetBucketLocation'], Resource: snapshots.arn },
    {
      Sid: 'KeepSnapshots',
      Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      Resource: pulumi.interpolate`${snapshots.arn}/*`,
    },
  ];
}

/** A worker reads the token by which it joins. Pods cannot: its metadata service answers the machine itself only. */
export function workerRights(secrets: JoinSecrets): readonly Statement[] {
  return [{ Sid: 'ReadJoinToken', Action: ['secretsmanager:GetSecretValue'], Resource: secrets.agent.arn }];
}
