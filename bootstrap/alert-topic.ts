import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Settings } from './settings.ts';
import { tagsOf } from './tags.ts';

/** Who is told of what AWS itself notices; an e-mail subscription waits for its owner to confirm it. */
export function makeAlertTopic(settings: Settings, accountId: pulumi.Output<string>): aws.sns.Topic {
  const name = `${settings.clusterName}-alerts`;
  const tags = tagsOf(settings, name);
  // CloudWatch cannot publish through Amazon's own key for SNS, so the topic has one of its own.
  const key = new aws.kms.Key(name, {
    description: `Messages of ${name}`,
    enableKeyRotation: true,
    policy: keyPolicy(accountId),
    tags,
  });
  const topic = new aws.sns.Topic(name, { name, kmsMasterKeyId: key.id, tags });
  if (settings.alertEmail !== undefined) {
    new aws.sns.TopicSubscription(name, {
      topic: topic.arn,
      protocol: 'email',
      endpoint: settings.alertEmail,
    });
  }
  return topic;
}

function keyPolicy(accountId: pulumi.Output<string>): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Account',
        Effect: 'Allow',
        Principal: { AWS: pulumi.interpolate`arn:aws:iam::${accountId}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
      {
        Sid: 'Alarms',
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Resource: '*',
        Condition: { StringEquals: { 'aws:SourceAccount': accountId } },
      },
    ],
  });
}
