import type { RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import { PortError } from '../../../ports.ts';
import type { KubeAuthentication, KubeCredentials, KubeTls } from './kube-credentials.ts';

export interface KubeConfigChoice {
  /** A kubeconfig file; @default `KUBECONFIG` or `~/.kube/config`, else the service account of the pod we run in */
  readonly file?: string;
  /** @default the file's current context */
  readonly context?: string;
}

/** Credentials as kubectl finds them. Throws a configuration `PortError` when they cannot be read or name no server. */
export function loadKubeCredentials(choice: KubeConfigChoice = {}): KubeCredentials {
  let config = loadConfig(choice);
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) {
    const { file, context } = choice;
    const where = file === undefined ? '' : ` in ${file}`;
    throw configurationError(
      context === undefined
        ? `no Kubernetes cluster configured${where}: give --kubeconfig, set KUBECONFIG or run inside a cluster`
        : `no context ${context}${where}: \`kubectl config get-contexts\` lists them`,
      'NO_CLUSTER',
    );
  }
  return {
    server,
    read: async (refresh) => {
      // The config caches a service account's token for a minute; only a new one reads the file again.
      if (refresh) config = loadConfig(choice);
      return authenticate(config);
    },
  };
}

function loadConfig({ file, context }: KubeConfigChoice): KubeConfig {
  const config = new KubeConfig();
  try {
    if (file === undefined) config.loadFromDefault();
    else config.loadFromFile(file);
  } catch (cause) {
    const name = file ?? 'the kubeconfig';
    throw configurationError(`${name} cannot be read: ${firstLineOf(cause)}`, 'KUBECONFIG', cause);
  }
  if (context !== undefined) config.setCurrentContext(context);
  return config;
}

function configurationError(message: string, code: string, cause?: unknown): PortError {
  return new PortError(message, { retry: 'configuration', code, cause });
}

function firstLineOf(error: unknown): string {
  return (
    String(error)
      .replace(/^\w*Error: /, '')
      .split('\n')[0] ?? ''
  );
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
