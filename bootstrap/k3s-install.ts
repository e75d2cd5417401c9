import type { Settings } from './settings.ts';

/** The start of every machine's script: strict, and heard on the console, which the autoscaler quotes when a join fails. */
export const SCRIPT_HEAD = `#!/bin/bash
set -euo pipefail
exec > >(tee -a /var/log/smartscale-join.log /dev/console) 2>&1
umask 077
again() { local tries=$1; shift; until "$@"; do tries=$((tries - 1)); [ "$tries" -gt 0 ] || return 1; sleep 5; done; }
imds_token=$(curl -fsS --retry 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' http://169.254.169.254/latest/api/token)
imds() { curl -fsS --retry 5 -H "X-aws-ec2-metadata-token: $imds_token" "http://169.254.169.254/latest/meta-data/$1"; }
id=$(imds instance-id)
zone=$(imds placement/availability-zone)
`;

/** Puts K3s on the machine, if it is the one that was asked for. */
export function installK3s({ k3s }: Settings, role: 'server' | 'agent'): string {
  const url = `https://github.com/k3s-io/k3s/releases/download/${encodeURIComponent(k3s.version)}/k3s`;
  return `again 24 curl -fsSL -o /usr/local/bin/k3s '${url}'
echo '${k3s.sha256}  /usr/local/bin/k3s' | sha256sum -c -
chmod 755 /usr/local/bin/k3s
ln -sf k3s /usr/local/bin/kubectl
cat > /etc/systemd/system/k3s.service <<'UNIT'
[Unit]
Description=K3s ${role}
Wants=network-online.target
After=network-online.target
[Service]
Type=${role === 'server' ? 'notify' : 'exec'}
KillMode=process
Delegate=yes
LimitNOFILE=1048576
LimitNPROC=infinity
LimitCORE=infinity
TasksMax=infinity
TimeoutStartSec=0
Restart=always
RestartSec=5s
ExecStartPre=-/sbin/modprobe br_netfilter
ExecStartPre=-/sbin/modprobe overlay
ExecStart=/usr/local/bin/k3s ${role}
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable --now k3s
`;
}
