import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Settings } from './settings.ts';
import { tagsOf } from './tags.ts';
import { workerUserData } from './worker-user-data.ts';

export interface WorkerParts {
  readonly securityGroupId: pulumi.Output<string>;
  readonly profile: aws.iam.InstanceProfile;
  readonly serverIp: pulumi.Output<string>;
  readonly tokenSecretArn: pulumi.Output<string>;
}

/**
 * What every worker starts from. Type, subnet and market come from each launch. A change makes a new version, which the cluster
 * takes up by a commit in `charts/clusters.ts`.
 */
export function makeLaunchTemplate(settings: Settings, parts: WorkerParts): aws.ec2.LaunchTemplate {
  const name = `${settings.clusterName}-worker`;
  const userData = pulumi
    .all([parts.serverIp, parts.tokenSecretArn])
    .apply(([serverIp, tokenSecretArn]) =>
      Buffer.from(workerUserData(settings, { serverIp, tokenSecretArn })).toString('base64'),
    );
  return new aws.ec2.LaunchTemplate(name, {
    name,
    imageId: settings.amiId,
    vpcSecurityGroupIds: [parts.securityGroupId],
    iamInstanceProfile: { arn: parts.profile.arn },
    // Pods are one hop further away than the machine, so none of them gets its role.
    metadataOptions: { httpTokens: 'required', httpEndpoint: 'enabled', httpPutResponseHopLimit: 1 },
    blockDeviceMappings: [
      {
        deviceName: '/dev/xvda',
        ebs: { volumeType: 'gp3', volumeSize: 20, encrypted: 'true', deleteOnTermination: 'true' },
      },
    ],
    userData,
    tags: tagsOf(settings, name),
  });
}
