import { createHash } from 'node:crypto';
import { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { stringify } from 'yaml';
import {
  httpProbe,
  ON_CONTROL_PLANE,
  oneReplica,
  RESTRICTED_CONTAINER,
  resources,
  restrictedPod,
} from './control-plane-pod.ts';
import { DATASOURCE_UID } from './dashboard-panels.ts';
import { DASHBOARD_CONFIG_MAPS } from './dashboards.ts';
import { IMAGES } from './images.ts';
import { NAMESPACES } from './namespaces.ts';
import { podsNamed, TO_DNS, tcp } from './network-peers.ts';
import { PROMETHEUS } from './prometheus.ts';

const NAME = 'grafana';
const LABELS = { 'app.kubernetes.io/name': NAME };
const METADATA = { name: NAME, namespace: NAMESPACES.monitoring, labels: LABELS };
const CONFIG_MAP = 'grafana-provisioning';
const PORT = 3000;
/** The user `grafana` of the image. */
const USER = 472;
const DASHBOARDS_PATH = '/etc/grafana/dashboards';
const PASSWORD_PATH = '/etc/grafana/admin';

/** The Secret with the key `password` that somebody makes outside Git; docs/monitoring.md says how. */
const ADMIN_SECRET = 'grafana-admin';

/** Grafana with everything from Git: nothing in it is made by hand, so it needs no volume. */
export class GrafanaChart extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const provisioning = { 'dashboards.yaml': dashboardsYaml(), 'datasources.yaml': datasourcesYaml() };
    new k8s.KubeServiceAccount(this, 'account', { metadata: METADATA, automountServiceAccountToken: false });
    new k8s.KubeConfigMap(this, 'provisioning', {
      metadata: { ...METADATA, name: CONFIG_MAP },
      data: provisioning,
    });
    new k8s.KubeService(this, 'service', {
      metadata: METADATA,
      spec: {
        selector: LABELS,
        ports: [{ name: 'http', port: PORT, targetPort: k8s.IntOrString.fromString('http') }],
      },
    });
    addDeployment(this, hashOf(provisioning));
    addNetworkPolicy(this);
  }
}

function datasourcesYaml(): string {
  return stringify({
    apiVersion: 1,
    datasources: [
      {
        name: 'Prometheus',
        uid: DATASOURCE_UID,
        type: 'prometheus',
        access: 'proxy',
        url: `http://${PROMETHEUS.name}.${PROMETHEUS.namespace}:${PROMETHEUS.port}`,
        isDefault: true,
        editable: false,
        // How often is scraped, from which Grafana works out the window of a rate.
        jsonData: { timeInterval: '15s', httpMethod: 'POST' },
      },
    ],
  });
}

function dashboardsYaml(): string {
  return stringify({
    apiVersion: 1,
    providers: [
      {
        name: 'git',
        type: 'file',
        allowUiUpdates: false,
        disableDeletion: true,
        updateIntervalSeconds: 30,
        options: { path: DASHBOARDS_PATH },
      },
    ],
  });
}

/** Provisioning is read at the start only: another hash is another pod. */
function hashOf(data: Readonly<Record<string, string>>): string {
  return createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, 16);
}

function addDeployment(chart: Chart, provisioningHash: string): void {
  new k8s.KubeDeployment(chart, 'deployment', {
    metadata: {
      ...METADATA,
      annotations: oneReplica('It only shows; nothing decides by it.'),
    },
    spec: {
      replicas: 1,
      selector: { matchLabels: LABELS },
      template: {
        metadata: { labels: LABELS, annotations: { 'smartscale.dev/provisioning': provisioningHash } },
        spec: {
          ...ON_CONTROL_PLANE,
          serviceAccountName: NAME,
          automountServiceAccountToken: false,
          securityContext: restrictedPod(USER),
          containers: [container()],
          volumes: volumes(),
        },
      },
    },
  });
}

const SETTINGS: Readonly<Record<string, string>> = {
  GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
  GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
  GF_ANALYTICS_REPORTING_ENABLED: 'false',
  GF_AUTH_ANONYMOUS_ENABLED: 'false',
  GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: `${DASHBOARDS_PATH}/fleet.json`,
  GF_NEWS_NEWS_FEED_ENABLED: 'false',
  GF_PLUGINS_PLUGIN_ADMIN_ENABLED: 'false',
  // The data source for Prometheus is a plugin in the image. Left to itself, Grafana stops it at each start to put a newer one in its
  // place, cannot write there, and every panel stays empty while the pod is healthy (grafana/grafana#132528).
  GF_PLUGINS_PREINSTALL_DISABLED: 'true',
  GF_SECURITY_ADMIN_PASSWORD__FILE: `${PASSWORD_PATH}/password`,
  GF_USERS_ALLOW_SIGN_UP: 'false',
};

function container(): k8s.Container {
  return {
    name: NAME,
    image: IMAGES.grafana,
    env: Object.entries(SETTINGS).map(([name, value]) => ({ name, value })),
    ports: [{ name: 'http', containerPort: PORT }],
    resources: resources('50m', '160Mi', '384Mi'),
    securityContext: RESTRICTED_CONTAINER,
    startupProbe: httpProbe('/api/health', 'http', { periodSeconds: 5, failureThreshold: 36 }),
    readinessProbe: httpProbe('/api/health', 'http', { periodSeconds: 10, timeoutSeconds: 5 }),
    livenessProbe: httpProbe('/api/health', 'http', { periodSeconds: 30, timeoutSeconds: 10 }),
    volumeMounts: [
      { name: 'data', mountPath: '/var/lib/grafana' },
      { name: 'scratch', mountPath: '/tmp' },
      { name: 'admin', mountPath: PASSWORD_PATH, readOnly: true },
      { name: 'dashboards', mountPath: DASHBOARDS_PATH, readOnly: true },
      ...['dashboards', 'datasources'].map((what) => ({
        name: `${what}-provisioning`,
        mountPath: `/etc/grafana/provisioning/${what}`,
        readOnly: true,
      })),
    ],
  };
}

function volumes(): k8s.Volume[] {
  return [
    // Sessions and what was looked at: worth nothing after a restart.
    { name: 'data', emptyDir: { sizeLimit: k8s.Quantity.fromString('512Mi') } },
    { name: 'scratch', emptyDir: { sizeLimit: k8s.Quantity.fromString('64Mi') } },
    { name: 'admin', secret: { secretName: ADMIN_SECRET } },
    {
      name: 'dashboards',
      projected: { sources: DASHBOARD_CONFIG_MAPS.map((name) => ({ configMap: { name } })) },
    },
    ...['dashboards', 'datasources'].map((what) => ({
      name: `${what}-provisioning`,
      configMap: { name: CONFIG_MAP, items: [{ key: `${what}.yaml`, path: `${what}.yaml` }] },
    })),
  ];
}

/** Reached by `kubectl port-forward`, which comes from inside the pod; talks to Prometheus alone. */
function addNetworkPolicy(chart: Chart): void {
  new k8s.KubeNetworkPolicy(chart, 'network-policy', {
    metadata: METADATA,
    spec: {
      podSelector: { matchLabels: LABELS },
      policyTypes: ['Ingress', 'Egress'],
      egress: [
        { to: [podsNamed(PROMETHEUS.name, PROMETHEUS.namespace)], ports: tcp(PROMETHEUS.port) },
        TO_DNS,
      ],
    },
  });
}
