import * as aws from '@pulumi/aws';
import type { Output } from '@pulumi/pulumi';
import { VPC_CIDR } from './network.ts';
import type { Settings } from './settings.ts';
import { tagsOf } from './tags.ts';

export interface SecurityGroups {
  readonly controlPlaneId: Output<string>;
  readonly workerId: Output<string>;
}

/** The port of the demo app, the only one that the world may reach. */
const APP_PORT = 30_080;

interface Opening {
  readonly what: string;
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
}

/** What the machines of a cluster say to each other. */
const BETWEEN_NODES: readonly Opening[] = [
  { what: 'flannel', protocol: 'udp', port: 8472 },
  { what: 'kubelet', protocol: 'tcp', port: 10_250 },
];

/** Nobody logs in by SSH: SSM Session Manager needs no open port. */
export function makeSecurityGroups(settings: Settings, vpcId: Output<string>): SecurityGroups {
  const controlPlane = groupOf(settings, 'control-plane', vpcId);
  const worker = groupOf(settings, 'worker', vpcId);
  const groups = { 'control-plane': controlPlane, worker };
  open('control-plane', controlPlane, { what: 'api', protocol: 'tcp', port: 6443 }, worker);
  for (const [name, group] of Object.entries(groups)) {
    for (const opening of BETWEEN_NODES) {
      open(`${name}-from-worker`, group, opening, worker);
      open(`${name}-from-control-plane`, group, opening, controlPlane);
    }
    open(name, group, { what: 'node-exporter', protocol: 'tcp', port: 9100 }, VPC_CIDR);
  }
  open('control-plane', controlPlane, { what: 'app', protocol: 'tcp', port: APP_PORT }, '0.0.0.0/0');
  return { controlPlaneId: controlPlane.id, workerId: worker.id };
}

function groupOf(settings: Settings, role: string, vpcId: Output<string>): aws.ec2.SecurityGroup {
  const name = `${settings.clusterName}-${role}`;
  const group = new aws.ec2.SecurityGroup(name, {
    description: `K3s ${role} of ${settings.clusterName}`,
    vpcId,
    tags: tagsOf(settings, name),
  });
  // Images, packages and AWS itself are reached by addresses that nobody can list.
  new aws.vpc.SecurityGroupEgressRule(name, {
    securityGroupId: group.id,
    cidrIpv4: '0.0.0.0/0',
    ipProtocol: '-1',
  });
  return group;
}

function open(
  name: string,
  group: aws.ec2.SecurityGroup,
  { what, protocol, port }: Opening,
  from: string | aws.ec2.SecurityGroup,
): void {
  new aws.vpc.SecurityGroupIngressRule(`${name}-${what}`, {
    securityGroupId: group.id,
    description: what,
    ipProtocol: protocol,
    fromPort: port,
    toPort: port,
    ...(typeof from === 'string' ? { cidrIpv4: from } : { referencedSecurityGroupId: from.id }),
  });
}
