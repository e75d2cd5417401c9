import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Settings } from './settings.ts';
import { tagsOf } from './tags.ts';

/** What EventBridge puts into the queue: it fires for the whole account, the autoscaler picks its own instances. */
const EVENTS = {
  'spot-warning': { source: ['aws.ec2'], 'detail-type': ['EC2 Spot Instance Interruption Warning'] },
  rebalance: { source: ['aws.ec2'], 'detail-type': ['EC2 Instance Rebalance Recommendation'] },
  'state-change': {
    source: ['aws.ec2'],
    'detail-type': ['EC2 Instance State-change Notification'],
    detail: { state: ['stopping', 'stopped', 'shutting-down', 'terminated'] },
  },
  maintenance: {
    source: ['aws.health'],
    'detail-type': ['AWS Health Event'],
    detail: { service: ['EC2'], eventTypeCategory: ['scheduledChange'] },
  },
} as const;

/** As long as a hint to rebalance counts, so that an hour without the autoscaler loses none; what is older is deleted unread. */
const RETENTION_SECONDS = 3_600;
/** What the autoscaler asks for as well: a message that nothing was recorded for comes again after so long. */
const VISIBILITY_SECONDS = 20;
/**
 * An announcement about a machine that boots comes again until its node joins or the launch is given up, after five minutes with the shipped
 * policy: that is 15 receives. Only what nobody can handle is received more often.
 */
const MOST_RECEIVES = 30;
const DEAD_RETENTION_SECONDS = 14 * 86_400;

/** The queue of interruptions with all that fills it. What is received again and again and never deleted goes to the dead ones. */
export function makeInterruptionQueue(settings: Settings, alerts: aws.sns.Topic): aws.sqs.Queue {
  const name = `${settings.clusterName}-interruptions`;
  const dead = new aws.sqs.Queue(`${name}-dead`, {
    name: `${name}-dead`,
    messageRetentionSeconds: DEAD_RETENTION_SECONDS,
    sqsManagedSseEnabled: true,
    tags: tagsOf(settings, `${name}-dead`),
  });
  const queue = new aws.sqs.Queue(name, {
    name,
    messageRetentionSeconds: RETENTION_SECONDS,
    visibilityTimeoutSeconds: VISIBILITY_SECONDS,
    receiveWaitTimeSeconds: 20,
    sqsManagedSseEnabled: true,
    redrivePolicy: pulumi.jsonStringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: MOST_RECEIVES }),
    tags: tagsOf(settings, name),
  });
  const rules = Object.entries(EVENTS).map(([event, pattern]) => {
    const label = `${name}-${event}`;
    const rule = new aws.cloudwatch.EventRule(label, {
      name: label,
      eventPattern: JSON.stringify(pattern),
      tags: tagsOf(settings, label),
    });
    new aws.cloudwatch.EventTarget(label, {
      rule: rule.name,
      arn: queue.arn,
      deadLetterConfig: { arn: dead.arn },
    });
    return rule.arn;
  });
  new aws.sqs.QueuePolicy(name, { queueUrl: queue.url, policy: fromRules(queue, rules) });
  new aws.sqs.QueuePolicy(`${name}-dead`, { queueUrl: dead.url, policy: fromRules(dead, rules) });
  new aws.cloudwatch.MetricAlarm(`${name}-dead`, {
    alarmDescription: 'A message about an instance could not be handled; look at it before it is deleted',
    namespace: 'AWS/SQS',
    metricName: 'ApproximateNumberOfMessagesVisible',
    dimensions: { QueueName: dead.name },
    statistic: 'Maximum',
    period: 60,
    evaluationPeriods: 1,
    threshold: 0,
    comparisonOperator: 'GreaterThanThreshold',
    treatMissingData: 'notBreaching',
    alarmActions: [alerts.arn],
  });
  return queue;
}

/** Only these rules may send, and nobody without TLS. */
function fromRules(queue: aws.sqs.Queue, rules: readonly pulumi.Output<string>[]): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'EventBridge',
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queue.arn,
        Condition: { ArnEquals: { 'aws:SourceArn': rules } },
      },
      {
        Sid: 'TlsOnly',
        Effect: 'Deny',
        Principal: '*',
        Action: 'sqs:*',
        Resource: queue.arn,
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  });
}
