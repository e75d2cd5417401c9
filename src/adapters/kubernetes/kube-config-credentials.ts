import type { RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import { PortError } from '../../ports.ts';
import type { KubeAuthentication, KubeCredentials, KubeTls } from './kube-credentials.ts';

/**
 * Credentials as kubectl finds them: `KUBECONFIG` or `~/.kube/config` (with `context` to choose from it), else the
 * service account of the pod we run in. Throws `PortError` when none of them names a server.
 */
export function loadKubeCredentials(context?: string): KubeCredentials {
  let config = loadConfig(context);
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) {
    throw new PortError('no Kubernetes cluster configured: set KUBECONFIG or run inside a cluster', {
      retry: 'configuration',
      code: 'NO_CLUSTER',
    });
  }
  return {
    server,
    read: async (refresh) => {
      // The config caches a service account's token for a minute; only a new one reads the file again.
      if (refresh) config = loadConfig(context);
      return authenticate(config);
    },
  };
}

function loadConfig(context: string | undefined): KubeConfig {
  const config = new KubeConfig();
  config.loadFromDefault();
  if (context !== undefined) config.setCurrentContext(context);
  return config;
}

async function authenticate(config: KubeConfig): Promise<KubeAuthentication> {
  const options: RequestOptions = { headers: {} };
  try {
    await config.applyToHTTPSOptions(options);
  } catch (cause) {
    throw new PortError('the credentials of the kubeconfig cannot be read', {
      retry: 'authorization',
      code: 'CREDENTIALS',
      cause,
    });
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) headers[name] = String(value);
  if (options.auth) headers['Authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  // `options.agent` is left behind on purpose: one agent of ours keeps the connections.
  return { headers, tls: tlsOf(options) };
}

function tlsOf(options: RequestOptions): KubeTls {
  const { ca, cert, key, servername, rejectUnauthorized } = options;
  const pem = (value: unknown): string | Buffer | undefined =>
    typeof value === 'string' || Buffer.isBuffer(value) ? value : undefined;
  const tls = { ca: pem(ca), cert: pem(cert), key: pem(key), servername, rejectUnauthorized };
  return Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined));
}
