import { installK3s, SCRIPT_HEAD } from './k3s-install.ts';
import type { Settings } from './settings.ts';

/** What a kubelet keeps for itself and the system, as the autoscaler's forecasts assume (docs/aws.md). */
const RESERVED = { system: 'memory=210Mi', kube: 'memory=210Mi' } as const;

/** The script by which a worker joins: its name is its instance id, and nothing runs on it before the autoscaler admits it. */
export function workerUserData(
  settings: Settings,
  { serverIp, tokenSecretArn }: { readonly serverIp: string; readonly tokenSecretArn: string },
): string {
  return `${SCRIPT_HEAD}type=$(imds instance-type)
lifecycle=$(imds instance-life-cycle)
join_token() { token=$(aws secretsmanager get-secret-value --region ${settings.region} --secret-id '${tokenSecretArn}' --query SecretString --output text); }
again 24 join_token
install -d -m 700 /etc/rancher/k3s
cat > /etc/rancher/k3s/config.yaml <<CONFIG
server: https://${serverIp}:6443
token: "$token"
node-name: "$id"
node-label:
  - smartscale.dev/lifecycle=$lifecycle
  - node.kubernetes.io/instance-type=$type
  - topology.kubernetes.io/zone=$zone
  - topology.kubernetes.io/region=${settings.region}
node-taint:
  - smartscale.dev/startup:NoSchedule
kubelet-arg:
  - provider-id=aws:///$zone/$id
  - system-reserved=${RESERVED.system}
  - kube-reserved=${RESERVED.kube}
  - eviction-hard=memory.available<100Mi,nodefs.available<5%,imagefs.available<5%
CONFIG
unset token
${installK3s(settings, 'agent')}`;
}
