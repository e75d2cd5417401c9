import { installK3s, SCRIPT_HEAD } from './k3s-install.ts';
import type { Settings } from './settings.ts';

/** Each six hours, and a week of them (R143). */
const SNAPSHOTS = { cron: '0 */6 * * *', kept: 28 } as const;

export interface ServerPlaces {
  readonly bucket: string;
  readonly agentSecretArn: string;
  readonly serverSecretArn: string;
}

/**
 * The script that makes a machine the control plane: K3s with etcd, snapshots to the bucket, secrets encrypted at rest. It makes
 * the tokens itself. The agent token that it publishes pins the cluster's CA, so a worker trusts no other server.
 */
export function serverUserData(settings: Settings, places: ServerPlaces): string {
  const { region } = settings;
  const publish = (arn: string, file: string) =>
    `again 24 aws secretsmanager put-secret-value --region ${region} --secret-id '${arn}' --secret-string "file://${file}" > /dev/null`;
  return `${SCRIPT_HEAD}install -d -m 700 /etc/rancher/k3s
[ -s /etc/rancher/k3s/agent-token ] || openssl rand -hex 32 > /etc/rancher/k3s/agent-token
cat > /etc/rancher/k3s/config.yaml <<CONFIG
cluster-init: true
node-name: "$id"
agent-token-file: /etc/rancher/k3s/agent-token
write-kubeconfig-mode: "0600"
secrets-encryption: true
disable:
  - traefik
  - servicelb
node-label:
  - topology.kubernetes.io/zone=$zone
  - topology.kubernetes.io/region=${region}
node-taint:
  - node-role.kubernetes.io/control-plane:NoSchedule
kubelet-arg:
  - provider-id=aws:///$zone/$id
etcd-s3: true
etcd-s3-bucket: ${places.bucket}
etcd-s3-region: ${region}
etcd-snapshot-schedule-cron: "${SNAPSHOTS.cron}"
etcd-snapshot-retention: ${SNAPSHOTS.kept}
CONFIG
${installK3s(settings, 'server')}again 60 test -s /var/lib/rancher/k3s/server/agent-token
${publish(places.agentSecretArn, '/var/lib/rancher/k3s/server/agent-token')}
${publish(places.serverSecretArn, '/var/lib/rancher/k3s/server/token')}
`;
}
