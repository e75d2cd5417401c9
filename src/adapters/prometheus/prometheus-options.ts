import { PortError } from '../../ports.ts';

/** Where Prometheus is and how it names nodes. */
export interface PrometheusOptions {
  /** Without a slash at the end, a user or a password. */
  readonly baseUrl: string;
  readonly basicAuth?: { readonly username: string; readonly password: string };
  /** Label with the node's name; absent: `node`, and where no series has that, `instance`. */
  readonly nodeLabel?: string;
  /** How long the queries of one round may take together, in milliseconds. */
  readonly timeoutMs: number;
}

/** The queries of a round run side by side and normally take well below half a second; a round must not wait for more. */
const TIMEOUT_MS = 1_500;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The options for the Prometheus at `url`, with SMARTSCALE_PROMETHEUS_USERNAME, SMARTSCALE_PROMETHEUS_PASSWORD and
 * SMARTSCALE_PROMETHEUS_NODE_LABEL from the environment where they are set. Throws a configuration `PortError` that names
 * what is at fault and never shows a password.
 */
export function prometheusOptions(url: string, env: Environment): PrometheusOptions {
  return { baseUrl: baseUrlOf(url), ...credentialsOf(env), ...nodeLabelOf(env), timeoutMs: TIMEOUT_MS };
}

function baseUrlOf(text: string): string {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw refused('the URL of Prometheus must be one such as http://prometheus.monitoring:9090');
  }
  if (url.username !== '' || url.password !== '') {
    throw refused(
      'the URL of Prometheus holds credentials: move them to SMARTSCALE_PROMETHEUS_USERNAME and SMARTSCALE_PROMETHEUS_PASSWORD',
    );
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

function nodeLabelOf(env: Environment): Pick<PrometheusOptions, 'nodeLabel'> {
  const nodeLabel = env['SMARTSCALE_PROMETHEUS_NODE_LABEL']?.trim() ?? '';
  if (nodeLabel === '') return {};
  if (!/^[A-Za-z_]\w*$/.test(nodeLabel)) {
    throw refused(
      `SMARTSCALE_PROMETHEUS_NODE_LABEL is "${nodeLabel}": give the name of a label, such as node`,
    );
  }
  return { nodeLabel };
}

function credentialsOf(env: Environment): Pick<PrometheusOptions, 'basicAuth'> {
  const username = env['SMARTSCALE_PROMETHEUS_USERNAME'] ?? '';
  const password = env['SMARTSCALE_PROMETHEUS_PASSWORD'] ?? '';
  if (username === '' && password === '') return {};
  if (username === '' || password === '') {
    throw refused('SMARTSCALE_PROMETHEUS_USERNAME and SMARTSCALE_PROMETHEUS_PASSWORD must be set together');
  }
  return { basicAuth: { username, password } };
}

function refused(message: string): PortError {
  return new PortError(message, { retry: 'configuration', code: 'Environment' });
}
