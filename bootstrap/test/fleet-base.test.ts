import { beforeAll, describe, expect, it } from '@jest/globals';
import { RecordedStack, SETTINGS, valueOf } from './recorded-stack.ts';

const INGRESS = 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule';
let stack: RecordedStack;

beforeAll(async () => {
  stack = await RecordedStack.of();
});

describe('the network', () => {
  it('has a public and a private subnet in each of two zones, and no address for workers', () => {
    const subnets = stack
      .all('aws:ec2/subnet:Subnet')
      .map(({ inputs }) => [inputs['availabilityZone'], inputs['cidrBlock']]);
    expect(subnets).toEqual([
      ['eu-central-1a', '10.0.1.0/24'],
      ['eu-central-1b', '10.0.2.0/24'],
      ['eu-central-1a', '10.0.11.0/24'],
      ['eu-central-1b', '10.0.12.0/24'],
    ]);
    const addresses = stack.all('aws:ec2/subnet:Subnet').map(({ inputs }) => inputs['mapPublicIpOnLaunch']);
    expect(new Set(addresses)).toEqual(new Set([false]));
  });

  it('tags the private subnets, and only them, as those of the workers', async () => {
    const tagged = stack
      .all('aws:ec2/subnet:Subnet')
      .filter(({ inputs }) => inputs['tags']['smartscale.dev/workers'] === 'production');
    expect(tagged.map(({ name }) => name)).toEqual(['production-private-1', 'production-private-2']);
    expect(await valueOf(stack.outputs['subnetTag'])).toBe('smartscale.dev/workers=production');
  });

  it('sends each private zone out by its own NAT gateway, or all by one where that is asked for', async () => {
    const natOf = (made: RecordedStack) =>
      made
        .all('aws:ec2/routeTable:RouteTable')
        .filter(({ name }) => name.includes('private'))
        .map(({ inputs }) => inputs['routes'][0].natGatewayId);
    expect(natOf(stack)).toEqual(['production-1-id', 'production-2-id']);
    expect(natOf(await RecordedStack.of({ natPerZone: false }))).toEqual([
      'production-1-id',
      'production-1-id',
    ]);
  });

  it('reaches S3 and DynamoDB by gateway endpoints, from every route table', () => {
    const endpoints = stack.all('aws:ec2/vpcEndpoint:VpcEndpoint').map(({ inputs }) => inputs);
    expect(endpoints.map((endpoint) => endpoint['serviceName'])).toEqual([
      'com.amazonaws.eu-central-1.s3',
      'com.amazonaws.eu-central-1.dynamodb',
    ]);
    for (const endpoint of endpoints) {
      expect(endpoint['vpcEndpointType']).toBe('Gateway');
      expect(endpoint['routeTableIds']).toHaveLength(3);
    }
  });
});

describe('the security groups', () => {
  it('let the world reach port 30080 of the control plane and nothing else', () => {
    const open = stack.all(INGRESS).filter(({ inputs }) => inputs['cidrIpv4'] === '0.0.0.0/0');
    expect(open.map(({ inputs }) => inputs)).toMatchObject([
      { fromPort: 30_080, toPort: 30_080, ipProtocol: 'tcp', securityGroupId: 'production-control-plane-id' },
    ]);
    const withoutSource = stack
      .all(INGRESS)
      .filter(({ inputs }) => (inputs['cidrIpv4'] ?? inputs['referencedSecurityGroupId']) === undefined);
    expect(withoutSource).toEqual([]);
  });

  it('let only workers reach the API server, and nobody port 22', () => {
    const to = (port: number) =>
      stack.all(INGRESS).filter(({ inputs }) => inputs['fromPort'] <= port && inputs['toPort'] >= port);
    expect(to(6443).map(({ inputs }) => inputs['referencedSecurityGroupId'])).toEqual([
      'production-worker-id',
    ]);
    expect(to(22)).toEqual([]);
    expect(to(9100).map(({ inputs }) => inputs['cidrIpv4'])).toEqual(['10.0.0.0/16', '10.0.0.0/16']);
  });

  it('leave the default group without any rule', () => {
    expect(stack.one('aws:ec2/defaultSecurityGroup:DefaultSecurityGroup')).toMatchObject({
      ingress: [],
      egress: [],
    });
  });
});

describe('the state table', () => {
  it('has the keys and the expiry that the ledger writes, recovery, encryption, a stream, and cannot be deleted', () => {
    expect(stack.one('aws:dynamodb/table:Table')).toMatchObject({
      hashKey: 'pk',
      rangeKey: 'sk',
      billingMode: 'PAY_PER_REQUEST',
      ttl: { attributeName: 'expiresAt', enabled: true },
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: { enabled: true },
      streamEnabled: true,
      streamViewType: 'NEW_AND_OLD_IMAGES',
      deletionProtectionEnabled: true,
    });
  });
});

describe('the queue of interruptions', () => {
  const QUEUE = 'aws:sqs/queue:Queue';

  it('hears of spot warnings, rebalance hints, state changes and maintenance', () => {
    const patterns = stack
      .all('aws:cloudwatch/eventRule:EventRule')
      .map(({ inputs }) => JSON.parse(inputs['eventPattern'])['detail-type'][0]);
    expect(patterns).toEqual([
      'EC2 Spot Instance Interruption Warning',
      'EC2 Instance Rebalance Recommendation',
      'EC2 Instance State-change Notification',
      'AWS Health Event',
    ]);
    const targets = stack.all('aws:cloudwatch/eventTarget:EventTarget').map(({ inputs }) => inputs['arn']);
    expect(targets).toEqual(Array(4).fill('arn:aws:sqs/queue:Queue:production-interruptions'));
  });

  it('gives up a message after thirty tries, keeps it apart, and says so', () => {
    const { redrivePolicy, messageRetentionSeconds } = stack.one(QUEUE, 'production-interruptions');
    expect(JSON.parse(redrivePolicy)).toEqual({
      deadLetterTargetArn: 'arn:aws:sqs/queue:Queue:production-interruptions-dead',
      maxReceiveCount: 30,
    });
    expect(messageRetentionSeconds).toBe(3_600);
    expect(stack.one('aws:cloudwatch/metricAlarm:MetricAlarm')).toMatchObject({
      dimensions: { QueueName: 'production-interruptions-dead' },
      alarmActions: ['arn:aws:sns/topic:Topic:production-alerts'],
    });
  });

  it('is encrypted, and takes messages of its own rules alone', () => {
    for (const { inputs } of stack.all(QUEUE)) expect(inputs['sqsManagedSseEnabled']).toBe(true);
    const [allow, deny] = JSON.parse(
      stack.one('aws:sqs/queuePolicy:QueuePolicy', 'production-interruptions')['policy'],
    ).Statement;
    expect(allow).toMatchObject({
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
    });
    expect(allow.Condition.ArnEquals['aws:SourceArn']).toHaveLength(4);
    expect(deny).toMatchObject({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
  });
});

describe('the alerts', () => {
  it('are encrypted with a key that CloudWatch may use, and reach an address where there is one', async () => {
    expect(stack.one('aws:sns/topic:Topic')['kmsMasterKeyId']).toBe('production-alerts-id');
    const [, alarms] = JSON.parse(stack.one('aws:kms/key:Key')['policy']).Statement;
    expect(alarms.Principal).toEqual({ Service: 'cloudwatch.amazonaws.com' });
    expect(stack.made.some(({ type }) => type.includes('TopicSubscription'))).toBe(false);
    const told = await RecordedStack.of({ alertEmail: 'ops@example.com' });
    expect(told.one('aws:sns/topicSubscription:TopicSubscription')).toMatchObject({
      endpoint: 'ops@example.com',
    });
  });
});

describe('the bucket of snapshots', () => {
  it('is encrypted, versioned, closed to the public, and reached by TLS only', () => {
    const bucket = 'production-snapshots-id';
    const rule = { applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } };
    expect(
      stack.one('aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration'),
    ).toEqual({ bucket, rules: [rule] });
    expect(stack.one('aws:s3/bucketVersioning:BucketVersioning')).toMatchObject({
      versioningConfiguration: { status: 'Enabled' },
    });
    expect(stack.one('aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock')).toEqual({
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    expect(JSON.parse(stack.one('aws:s3/bucketPolicy:BucketPolicy')['policy']).Statement).toMatchObject([
      { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    ]);
  });
});

describe('the stack', () => {
  it('names the region once: no resource knows another', async () => {
    const elsewhere = await RecordedStack.of({ region: 'us-west-2' });
    expect(JSON.stringify(elsewhere.made)).not.toContain('eu-central-1');
    expect(JSON.stringify(elsewhere.made)).toContain('us-west-2');
  });

  it('gives what charts/clusters.ts wants to know', async () => {
    expect(await valueOf(stack.outputs['launchTemplateName'])).toBe('production-worker');
    expect(await valueOf(stack.outputs['stateTableName'])).toBe('production-smartscale');
    expect(await valueOf(stack.outputs['interruptionQueueUrl'])).toBe('https://production-interruptions');
    expect(stack.outputs['region']).toBe(SETTINGS.region);
  });

  it('holds no secret: the tokens are made on the control plane', () => {
    expect(stack.made.filter(({ type }) => type.includes('SecretVersion'))).toEqual([]);
    const windows = stack
      .all('aws:secretsmanager/secret:Secret')
      .map(({ inputs }) => inputs['recoveryWindowInDays']);
    expect(windows).toEqual([7, 7]);
  });
});
