import * as aws from '@pulumi/aws';
import { makeAlertTopic } from './alert-topic.ts';
import { makeControlPlane } from './control-plane.ts';
import { controllerRights } from './controller-rights.ts';
import { makeInterruptionQueue } from './interruption-queue.ts';
import { makeJoinSecrets } from './join-secrets.ts';
import { makeLaunchTemplate } from './launch-template.ts';
import { controlPlaneRights, workerRights } from './machine-rights.ts';
import { grant, makeMachineRole } from './machine-role.ts';
import { makeNetwork } from './network.ts';
import { makeSecurityGroups } from './security-groups.ts';
import type { Settings } from './settings.ts';
import { makeSnapshotBucket } from './snapshot-bucket.ts';
import { makeStateTable } from './state-table.ts';

/** Makes everything, and gives what `charts/clusters.ts` and a person need to know of it. */
export function makeFleetBase(settings: Settings) {
  const { accountId } = aws.getCallerIdentityOutput();
  const network = makeNetwork(settings);
  const groups = makeSecurityGroups(settings, network.vpcId);
  const alerts = makeAlertTopic(settings, accountId);
  const interruptionQueue = makeInterruptionQueue(settings, alerts);
  const stateTable = makeStateTable(settings);
  const snapshots = makeSnapshotBucket(settings);
  const secrets = makeJoinSecrets(settings);

  const server = makeMachineRole(settings, 'control-plane');
  grant(settings, server.role, 'control-plane', controlPlaneRights(secrets, snapshots));
  // People log in by Session Manager: no key pair, no open port.
  new aws.iam.RolePolicyAttachment(`${settings.clusterName}-session-manager`, {
    role: server.role.name,
    policyArn: 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore',
  });
  const worker = makeMachineRole(settings, 'worker');
  grant(settings, worker.role, 'worker', workerRights(secrets));

  const [serverSubnet] = network.publicSubnetIds;
  if (serverSubnet === undefined) throw new Error('there is no public subnet for the control plane');
  const controlPlane = makeControlPlane(settings, {
    subnetId: serverSubnet,
    securityGroupId: groups.controlPlaneId,
    profile: server.profile,
    snapshots,
    agentSecretArn: secrets.agent.arn,
    serverSecretArn: secrets.server.arn,
  });
  const launchTemplate = makeLaunchTemplate(settings, {
    securityGroupId: groups.workerId,
    profile: worker.profile,
    serverIp: controlPlane.privateIp,
    tokenSecretArn: secrets.agent.arn,
  });
  // K3s has no roles for service accounts, so the autoscaler acts with the role of the machine that it runs on.
  const rights = { accountId, launchTemplate, workerRole: worker.role, stateTable, interruptionQueue };
  grant(settings, server.role, 'controller', controllerRights(settings, rights));

  return {
    region: settings.region,
    vpcId: network.vpcId,
    publicSubnetIds: network.publicSubnetIds,
    privateSubnetIds: network.privateSubnetIds,
    subnetTag: `smartscale.dev/workers=${settings.clusterName}`,
    controlPlaneSecurityGroupId: groups.controlPlaneId,
    workerSecurityGroupId: groups.workerId,
    launchTemplateName: launchTemplate.name,
    launchTemplateId: launchTemplate.id,
    launchTemplateVersion: launchTemplate.latestVersion,
    controlPlaneInstanceId: controlPlane.instanceId,
    controlPlanePrivateIp: controlPlane.privateIp,
    controlPlanePublicIp: controlPlane.publicIp,
    stateTableName: stateTable.name,
    stateStreamArn: stateTable.streamArn,
    interruptionQueueUrl: interruptionQueue.url,
    alertTopicArn: alerts.arn,
    snapshotBucket: snapshots.bucket,
    agentTokenSecretArn: secrets.agent.arn,
    serverTokenSecretArn: secrets.server.arn,
  };
}
