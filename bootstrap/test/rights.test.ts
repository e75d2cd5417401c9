import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Made, RecordedStack } from './recorded-stack.ts';

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: unknown;
}

let stack: RecordedStack;

beforeAll(async () => {
  stack = await RecordedStack.of();
});

function policies(): readonly Made[] {
  return stack.all('aws:iam/rolePolicy:RolePolicy');
}

function statementsOf({ inputs }: Made): readonly Statement[] {
  return (JSON.parse(inputs['policy']) as { readonly Statement: readonly Statement[] }).Statement;
}

function rightsOf(what: string): readonly Statement[] {
  const policy = policies().find(({ inputs }) => inputs['name'] === what);
  if (policy === undefined) throw new Error(`nobody has the rights ${what}`);
  return statementsOf(policy);
}

const actionsOf = (what: string) => rightsOf(what).flatMap(({ Action }) => Action);

describe('the rights of the machines', () => {
  it('name every action, and let a wildcard resource stand only under a condition', () => {
    const all = policies().flatMap(statementsOf);
    expect(all.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
    const wide = all.filter(({ Resource, Condition }) => Resource === '*' && Condition === undefined);
    expect(wide).toEqual([]);
  });

  it('are given to EC2 instances alone', () => {
    for (const { inputs } of stack.all('aws:iam/role:Role'))
      expect(JSON.parse(inputs['assumeRolePolicy']).Statement).toMatchObject([
        { Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ]);
  });

  it('let the autoscaler do what its adapters call, and no more', () => {
    expect(actionsOf('controller').sort()).toEqual([
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'ec2:CreateFleet',
      'ec2:CreateTags',
      'ec2:DescribeInstanceTypes',
      'ec2:DescribeInstances',
      'ec2:DescribeSpotInstanceRequests',
      'ec2:DescribeSpotPriceHistory',
      'ec2:DescribeSubnets',
      'ec2:GetConsoleOutput',
      'ec2:RunInstances',
      'ec2:StartInstances',
      'ec2:StopInstances',
      'ec2:TerminateInstances',
      'iam:PassRole',
      'sqs:DeleteMessage',
      'sqs:ReceiveMessage',
    ]);
  });

  it.each([
    [
      'LaunchFromTemplate',
      { ArnEquals: { 'ec2:LaunchTemplate': 'arn:aws:ec2/launchTemplate:LaunchTemplate:production-worker' } },
    ],
    ['EndOwnInstances', { StringEquals: { 'aws:ResourceTag/Cluster': 'production' } }],
    [
      'StopAndStartOwnInstances',
      {
        StringEquals: {
          'aws:ResourceTag/Cluster': 'production',
          'aws:ResourceTag/smartscale.dev/warm-pool': 'true',
        },
      },
    ],
    ['TagOnlyWhileLaunching', { StringEquals: { 'ec2:CreateAction': ['CreateFleet', 'RunInstances'] } }],
    ['GiveWorkersTheirRole', { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } }],
    ['KeepState', { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['production'] } }],
  ])('bound the autoscaler in %s', (sid, condition) => {
    const statement = rightsOf('controller').find(({ Sid }) => Sid === sid);
    expect(statement?.Condition).toMatchObject(condition);
  });

  it('let the autoscaler pass the worker role, use the one table and the one queue', () => {
    const resourceOf = (sid: string) => rightsOf('controller').find(({ Sid }) => Sid === sid)?.Resource;
    expect(resourceOf('GiveWorkersTheirRole')).toBe('arn:aws:iam/role:Role:production-worker');
    expect(resourceOf('KeepState')).toBe('arn:aws:dynamodb/table:Table:production-smartscale');
    expect(resourceOf('HearOfInterruptions')).toBe('arn:aws:sqs/queue:Queue:production-interruptions');
  });

  it('let a worker read the token by which it joins, and nothing else', () => {
    expect(rightsOf('worker')).toMatchObject([
      {
        Action: ['secretsmanager:GetSecretValue'],
        Resource: 'arn:aws:secretsmanager/secret:Secret:production-k3s-agent-token',
      },
    ]);
    const attached = stack
      .all('aws:iam/rolePolicyAttachment:RolePolicyAttachment')
      .map(({ inputs }) => inputs['role']);
    expect(attached).toEqual(['production-control-plane']);
  });
});
