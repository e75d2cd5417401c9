import * as aws from '@pulumi/aws';
import type { Settings } from './settings.ts';
import { tagsOf } from './tags.ts';

export interface JoinSecrets {
  /** Lets a worker join, nothing else. */
  readonly agent: aws.secretsmanager.Secret;
  /** Full rights on the cluster, and the key to its snapshots: only the control plane reads it. */
  readonly server: aws.secretsmanager.Secret;
}

/** Empty until the control plane has started: it makes the tokens and writes them, so that no program ever sees one. */
export function makeJoinSecrets(settings: Settings): JoinSecrets {
  const secret = (role: string) => {
    const name = `${settings.clusterName}/k3s-${role}-token`;
    return new aws.secretsmanager.Secret(`${settings.clusterName}-k3s-${role}-token`, {
      name,
      description: `K3s ${role} token, written by the control plane`,
      recoveryWindowInDays: 7,
      tags: tagsOf(settings, name),
    });
  };
  return { agent: secret('agent'), server: secret('server') };
}
