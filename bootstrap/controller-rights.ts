import type * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Statement } from './policy-document.ts';
import type { Settings } from './settings.ts';

export interface ControllerObjects {
  readonly accountId: pulumi.Output<string>;
  readonly launchTemplate: aws.ec2.LaunchTemplate;
  readonly workerRole: aws.iam.Role;
  readonly stateTable: aws.dynamodb.Table;
  readonly interruptionQueue: aws.sqs.Queue;
}

/** What `smartscale run` needs of AWS, and nothing else: docs/aws.md explains each. */
export function controllerRights(
  { region, clusterName }: Settings,
  { accountId, launchTemplate, workerRole, stateTable, interruptionQueue }: ControllerObjects,
): readonly Statement[] {
  const ec2 = pulumi.interpolate`arn:aws:ec2:${region}:${accountId}`;
  const here = { StringEquals: { 'aws:RequestedRegion': region } };
  return [
    {
      // EC2 knows no narrower resource for these.
      Sid: 'Read',
      Action: [
        'ec2:DescribeInstances',
        'ec2:DescribeInstanceTypes',
        'ec2:DescribeSubnets',
        'ec2:DescribeSpotPriceHistory',
        'ec2:DescribeSpotInstanceRequests',
      ],
      Resource: '*',
      Condition: here,
    },
    { Sid: 'AskForFleets', Action: ['ec2:CreateFleet'], Resource: '*', Condition: here },
    {
      // Whatever is launched is launched from the one template.
      Sid: 'LaunchFromTemplate',
      Action: ['ec2:RunInstances'],
      Resource: '*',
      Condition: { ...here, ArnEquals: { 'ec2:LaunchTemplate': launchTemplate.arn } },
    },
    {
      Sid: 'TagOnlyWhileLaunching',
      Action: ['ec2:CreateTags'],
      Resource: pulumi.interpolate`${ec2}:*/*`,
      Condition: { StringEquals: { 'ec2:CreateAction': ['CreateFleet', 'RunInstances'] } },
    },
    ...rightsOnInstances(clusterName, ec2),
    {
      Sid: 'GiveWorkersTheirRole',
      Action: ['iam:PassRole'],
      Resource: workerRole.arn,
      Condition: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
    },
    {
      Sid: 'KeepState',
      Action: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
      Resource: stateTable.arn,
      Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [clusterName] } },
    },
    {
      Sid: 'HearOfInterruptions',
      Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage'],
      Resource: interruptionQueue.arn,
    },
  ];
}

/** What may be done to instances that are there: to the cluster's own alone. */
function rightsOnInstances(clusterName: string, ec2: pulumi.Output<string>): readonly Statement[] {
  return [
    {
      Sid: 'EndOwnInstances',
      Action: ['ec2:TerminateInstances', 'ec2:GetConsoleOutput'],
      Resource: pulumi.interpolate`${ec2}:instance/*`,
      Condition: { StringEquals: { 'aws:ResourceTag/Cluster': clusterName } },
    },
    {
      // The warm pool's: it stops and starts nothing else.
      Sid: 'StopAndStartOwnInstances',
      Action: ['ec2:StartInstances', 'ec2:StopInstances'],
      Resource: pulumi.interpolate`${ec2}:instance/*`,
      Condition: {
        StringEquals: {
          'aws:ResourceTag/Cluster': clusterName,
          'aws:ResourceTag/smartscale.dev/warm-pool': 'true',
        },
      },
    },
  ];
}
