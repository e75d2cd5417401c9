import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { serverUserData } from './server-user-data.ts';
import type { Settings } from './settings.ts';
import { tagsOf } from './tags.ts';

export interface ControlPlaneParts {
  readonly subnetId: pulumi.Output<string>;
  readonly securityGroupId: pulumi.Output<string>;
  readonly profile: aws.iam.InstanceProfile;
  readonly snapshots: aws.s3.Bucket;
  readonly agentSecretArn: pulumi.Output<string>;
  readonly serverSecretArn: pulumi.Output<string>;
}

export interface ControlPlane {
  readonly instanceId: pulumi.Output<string>;
  readonly privateIp: pulumi.Output<string>;
  readonly publicIp: pulumi.Output<string>;
}

/** The one server of the cluster, with an address that stays. Only its user data's first run counts, so changes do not replace it. */
export function makeControlPlane(settings: Settings, parts: ControlPlaneParts): ControlPlane {
  const name = `${settings.clusterName}-control-plane`;
  const userData = pulumi
    .all([parts.snapshots.id, parts.agentSecretArn, parts.serverSecretArn])
    .apply(([bucket, agentSecretArn, serverSecretArn]) =>
      serverUserData(settings, { bucket, agentSecretArn, serverSecretArn }),
    );
  const instance = new aws.ec2.Instance(
    name,
    {
      ami: settings.amiId,
      instanceType: settings.controlPlaneType,
      subnetId: parts.subnetId,
      // Until it has its lasting address, it needs one to fetch K3s.
      associatePublicIpAddress: true,
      vpcSecurityGroupIds: [parts.securityGroupId],
      iamInstanceProfile: parts.profile.name,
      // The autoscaler's pod takes the role through the metadata service, one hop further away than the machine itself.
      metadataOptions: { httpTokens: 'required', httpEndpoint: 'enabled', httpPutResponseHopLimit: 2 },
      rootBlockDevice: { volumeType: 'gp3', volumeSize: 30, encrypted: true },
      disableApiTermination: true,
      userData,
      tags: tagsOf(settings, name),
      volumeTags: tagsOf(settings, name),
    },
    { protect: true, ignoreChanges: ['userData', 'ami'] },
  );
  const address = new aws.ec2.Eip(name, {
    domain: 'vpc',
    instance: instance.id,
    tags: tagsOf(settings, name),
  });
  return { instanceId: instance.id, privateIp: instance.privateIp, publicIp: address.publicIp };
}
