const CONTAINERS = 2;
/** Pods of one workload. */
export const REPLICAS = 20;
const NODES = 1000;
/** What a pod of a web service weighs as the API server sends it. */
const POD_BYTES = 5200;

/** The JSON of a pod as a cluster with an admission webhook or two returns it: 5.2 kB, mostly of no use to us. */
export function podText(index: number, nodes = NODES): string {
  return fill(POD_TEMPLATE, index, nodes);
}

/** The JSON of the ReplicaSet that owns the pod of this index. */
export function replicaSetText(index: number): string {
  return fill(SET_TEMPLATE, index);
}

function fill(template: readonly string[], index: number, nodes = NODES): string {
  const workload = Math.floor(index / REPLICAS);
  const names: Readonly<Record<string, string>> = {
    '@POD@': `service-${workload}-6d4cf56db6-${index.toString(36).padStart(5, '0')}`,
    '@UID@': `7f1c2a9e-0000-4000-8000-${index.toString(16).padStart(12, '0')}`,
    '@SET@': `service-${workload}-6d4cf56db6`,
    '@SETUID@': `5b0d4e11-0000-4000-8000-${workload.toString(16).padStart(12, '0')}`,
    '@APP@': `service-${workload}`,
    '@NS@': `team-${workload % 40}`,
    '@NODE@': `i-${(index % nodes).toString(16).padStart(17, '0')}`,
  };
  return template.map((part) => names[part] ?? part).join('');
}

function aContainer(index: number) {
  return {
    name: index === 0 ? 'app' : 'proxy',
    image: 'registry.example.com/platform/@APP@:2026.11.24-1a2b3c4d',
    args: ['--listen=:8080', '--log-format=json', '--otel-endpoint=http://collector.monitoring:4317'],
    ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
    env: ['DATABASE_URL', 'REDIS_URL'].map((name) => ({
      name,
      valueFrom: {
        secretKeyRef: { name: '@APP@-secrets', key: name.toLowerCase() },
      },
    })),
    resources: {
      limits: { memory: '512Mi' },
      requests: { cpu: '250m', memory: '256Mi' },
    },
    volumeMounts: [
      {
        name: 'kube-api-access',
        readOnly: true,
        mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
      },
    ],
    livenessProbe: {
      httpGet: { path: '/healthz', port: 8080, scheme: 'HTTP' },
      periodSeconds: 10,
      failureThreshold: 3,
    },
    imagePullPolicy: 'IfNotPresent',
    securityContext: {
      runAsNonRoot: true,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
    },
  };
}

function aPod(padding: string) {
  const at = '2026-11-24T09:00:00Z';
  const toleration = (key: string) => ({
    key,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: 300,
  });
  const containers = Array.from({ length: CONTAINERS }, (_, index) => aContainer(index));
  const conditions = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'];
  const fields = {
    'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
    'f:spec': { 'f:padding': padding },
  };
  return {
    metadata: {
      name: '@POD@',
      generateName: '@SET@-',
      namespace: '@NS@',
      uid: '@UID@',
      resourceVersion: '1000',
      creationTimestamp: at,
      labels: {
        app: '@APP@',
        'app.kubernetes.io/part-of': 'shop',
        'pod-template-hash': '6d4cf56db6',
      },
      annotations: {
        'kubectl.kubernetes.io/restartedAt': at,
        'prometheus.io/scrape': 'true',
      },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: '@SET@',
          uid: '@SETUID@',
          controller: true,
        },
      ],
      managedFields: [
        {
          manager: 'kube-controller-manager',
          operation: 'Update',
          time: at,
          fieldsV1: fields,
        },
      ],
    },
    spec: {
      volumes: [
        {
          name: 'kube-api-access',
          projected: { sources: [{ serviceAccountToken: { path: 'token' } }] },
        },
      ],
      containers,
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      serviceAccountName: '@APP@',
      nodeName: '@NODE@',
      schedulerName: 'default-scheduler',
      tolerations: [toleration('node.kubernetes.io/not-ready'), toleration('node.kubernetes.io/unreachable')],
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'topology.kubernetes.io/zone',
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: { app: '@APP@' } },
        },
      ],
      priority: 0,
    },
    status: {
      phase: 'Running',
      conditions: conditions.map((type) => ({
        type,
        status: 'True',
        lastProbeTime: null,
        lastTransitionTime: at,
      })),
      hostIP: '10.0.1.17',
      podIP: '10.42.3.9',
      startTime: at,
      containerStatuses: containers.map(({ name, image }) => ({
        name,
        image,
        state: { running: { startedAt: at } },
        ready: true,
        restartCount: 0,
        imageID: `${image}@sha256:${'ab'.repeat(32)}`,
      })),
    },
  };
}

function aReplicaSet() {
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    name: '@APP@',
    uid: '@SETUID@-d',
    controller: true,
  };
  return {
    metadata: {
      name: '@SET@',
      namespace: '@NS@',
      uid: '@SETUID@',
      ownerReferences: [deployment],
    },
    spec: { replicas: REPLICAS },
  };
}

function templateOf(object: object): readonly string[] {
  return JSON.stringify(object).split(/(@[A-Z]+@)/);
}

const SET_TEMPLATE = templateOf(aReplicaSet());
const BARE_BYTES = fill(templateOf(aPod('')), 99_999).length;
const POD_TEMPLATE = templateOf(aPod('x'.repeat(Math.max(0, POD_BYTES - BARE_BYTES))));
