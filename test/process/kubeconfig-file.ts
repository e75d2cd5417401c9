import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes a kubeconfig for a plain HTTP server and gives its path. */
export async function writeKubeconfig(folder: string, server: string): Promise<string> {
  const file = join(folder, 'kubeconfig');
  const cluster = { server, 'insecure-skip-tls-verify': true };
  const config = {
    'current-context': 'c',
    clusters: [{ name: 'c', cluster }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    users: [{ name: 'u', user: {} }],
  };
  await writeFile(file, JSON.stringify(config));
  return file;
}
