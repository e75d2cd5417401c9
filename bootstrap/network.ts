import * as aws from '@pulumi/aws';
import type { Output } from '@pulumi/pulumi';
import type { Settings } from './settings.ts';
import { tagsOf } from './tags.ts';

export interface Network {
  readonly vpcId: Output<string>;
  readonly publicSubnetIds: readonly Output<string>[];
  /** Where workers live: no address of their own, out by NAT only. */
  readonly privateSubnetIds: readonly Output<string>[];
}

export const VPC_CIDR = '10.0.0.0/16';
const ZONES = [
  { publicCidr: '10.0.1.0/24', privateCidr: '10.0.11.0/24' },
  { publicCidr: '10.0.2.0/24', privateCidr: '10.0.12.0/24' },
] as const;

/** A VPC over two zones. S3 and DynamoDB are reached by gateway endpoints, which cost nothing and spare the NAT. */
export function makeNetwork(settings: Settings): Network {
  const { clusterName: name, region } = settings;
  const vpc = new aws.ec2.Vpc(name, {
    cidrBlock: VPC_CIDR,
    enableDnsHostnames: true,
    enableDnsSupport: true,
    tags: tagsOf(settings, name),
  });
  // What nobody gave a group of its own reaches nothing.
  new aws.ec2.DefaultSecurityGroup(name, { vpcId: vpc.id, ingress: [], egress: [] });
  const gateway = new aws.ec2.InternetGateway(name, { vpcId: vpc.id, tags: tagsOf(settings, name) });
  const publicRoutes = new aws.ec2.RouteTable(`${name}-public`, {
    vpcId: vpc.id,
    routes: [{ cidrBlock: '0.0.0.0/0', gatewayId: gateway.id }],
    tags: tagsOf(settings, `${name}-public`),
  });
  const zoneNames = aws.getAvailabilityZonesOutput({ state: 'available' }).names;
  const publicSubnets = ZONES.map(({ publicCidr }, index) => {
    const zone = zoneNames.apply((names) => names[index] ?? '');
    const subnet = subnetIn(settings, `${name}-public-${index + 1}`, {
      vpcId: vpc.id,
      zone,
      cidr: publicCidr,
    });
    associate(`${name}-public-${index + 1}`, subnet, publicRoutes);
    return subnet;
  });
  const nats = publicSubnets
    .slice(0, settings.natPerZone ? ZONES.length : 1)
    .map((subnet, index) => natIn(settings, `${name}-${index + 1}`, subnet));
  const privateParts = ZONES.map(({ privateCidr }, index) => {
    const label = `${name}-private-${index + 1}`;
    const zone = zoneNames.apply((names) => names[index] ?? '');
    const workers = { [`smartscale.dev/workers`]: name };
    const subnet = subnetIn(settings, label, { vpcId: vpc.id, zone, cidr: privateCidr, tags: workers });
    const routes = privateRoutes(settings, label, vpc.id, nats[index] ?? nats[0]);
    associate(label, subnet, routes);
    return { subnet, routes };
  });
  const routeTableIds = [publicRoutes.id, ...privateParts.map(({ routes }) => routes.id)];
  for (const service of ['s3', 'dynamodb']) {
    new aws.ec2.VpcEndpoint(`${name}-${service}`, {
      vpcId: vpc.id,
      serviceName: `com.amazonaws.${region}.${service}`,
      vpcEndpointType: 'Gateway',
      routeTableIds,
      tags: tagsOf(settings, `${name}-${service}`),
    });
  }
  return {
    vpcId: vpc.id,
    publicSubnetIds: publicSubnets.map(({ id }) => id),
    privateSubnetIds: privateParts.map(({ subnet }) => subnet.id),
  };
}

interface Place {
  readonly vpcId: Output<string>;
  readonly zone: Output<string>;
  readonly cidr: string;
  readonly tags?: Readonly<Record<string, string>>;
}

function subnetIn(
  settings: Settings,
  label: string,
  { vpcId, zone, cidr, tags = {} }: Place,
): aws.ec2.Subnet {
  return new aws.ec2.Subnet(label, {
    vpcId,
    cidrBlock: cidr,
    availabilityZone: zone,
    mapPublicIpOnLaunch: false,
    tags: { ...tagsOf(settings, label), ...tags },
  });
}

function natIn(settings: Settings, label: string, subnet: aws.ec2.Subnet): aws.ec2.NatGateway {
  const address = new aws.ec2.Eip(`${label}-nat`, { domain: 'vpc', tags: tagsOf(settings, `${label}-nat`) });
  return new aws.ec2.NatGateway(label, {
    allocationId: address.id,
    subnetId: subnet.id,
    tags: tagsOf(settings, label),
  });
}

function privateRoutes(
  settings: Settings,
  label: string,
  vpcId: Output<string>,
  nat: aws.ec2.NatGateway | undefined,
): aws.ec2.RouteTable {
  if (nat === undefined) throw new Error(`there is no NAT gateway for ${label}`);
  return new aws.ec2.RouteTable(label, {
    vpcId,
    routes: [{ cidrBlock: '0.0.0.0/0', natGatewayId: nat.id }],
    tags: tagsOf(settings, label),
  });
}

function associate(label: string, subnet: aws.ec2.Subnet, routes: aws.ec2.RouteTable): void {
  new aws.ec2.RouteTableAssociation(label, { subnetId: subnet.id, routeTableId: routes.id });
}
