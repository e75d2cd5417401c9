import { writeFileSync } from 'node:fs';
import type { KubeAccess } from './kube-client.ts';

/** Writes a kubeconfig (JSON is YAML) for an access. */
export function writeKubeconfig(file: string, access: KubeAccess): string {
  const user =
    access.token === undefined
      ? { 'client-certificate': access.pair?.certificate, 'client-key': access.pair?.key }
      : { token: access.token };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'e2e', cluster: { server: access.url, 'certificate-authority': access.caFile } }],
    users: [{ name: 'e2e', user }],
    contexts: [{ name: 'e2e', context: { cluster: 'e2e', user: 'e2e' } }],
    'current-context': 'e2e',
  };
  writeFileSync(file, JSON.stringify(config, undefined, 2), { mode: 0o600 });
  return file;
}
