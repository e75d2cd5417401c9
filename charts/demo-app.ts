import { ApiObject, Chart, JsonPatch } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { ClusterSettings } from './clusters.ts';
import { httpProbe, RESTRICTED_CONTAINER, restrictedPod } from './control-plane-pod.ts';
import { IMAGES } from './images.ts';
import { NAMESPACES } from './namespaces.ts';
import { tcp } from './network-peers.ts';

const NAME = 'demo-app';
const LABELS = { 'app.kubernetes.io/name': NAME };
const METADATA = { name: NAME, namespace: NAMESPACES.demo, labels: LABELS };
const PORT = { name: 'http', number: 8080, node: 30_080 } as const;
const USER = 1000;

/** After SIGTERM the app serves on so long while it says that it is not ready. */
const DRAIN_SECONDS = 5;
/** The drain, then the 30 s that the app gives to what is open, and a margin. */
const GRACE_SECONDS = DRAIN_SECONDS + 40;

const quantity = (text: string): k8s.Quantity => k8s.Quantity.fromString(text);
const number = (value: number): k8s.IntOrString => k8s.IntOrString.fromNumber(value);

/** The demo app: a workload that grows by its own load and so makes the fleet grow. */
export class DemoAppChart extends Chart {
  constructor(scope: Construct, id: string, { demoApp }: ClusterSettings) {
    super(scope, id);
    addDeployment(this);
    addAutoscaling(this, demoApp);
    new k8s.KubePodDisruptionBudget(this, 'budget', {
      metadata: METADATA,
      // A pod that is not ready serves nobody: keeping it would only keep its node.
      spec: {
        maxUnavailable: number(1),
        selector: { matchLabels: LABELS },
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
      },
    });
    new k8s.KubeService(this, 'service', {
      metadata: METADATA,
      spec: {
        type: 'NodePort',
        selector: LABELS,
        ports: [
          {
            name: PORT.name,
            port: 80,
            targetPort: k8s.IntOrString.fromString(PORT.name),
            nodePort: PORT.node,
          },
        ],
      },
    });
    new k8s.KubeNetworkPolicy(this, 'network-policy', {
      metadata: METADATA,
      // Callers of a NodePort come with any address. The app itself calls nobody.
      spec: {
        podSelector: { matchLabels: LABELS },
        policyTypes: ['Ingress'],
        ingress: [{ ports: tcp(PORT.number) }],
      },
    });
  }
}

/** Up fast and down slowly. */
function addAutoscaling(chart: Chart, bounds: ClusterSettings['demoApp']): void {
  const utilization = (name: string, averageUtilization: number): k8s.MetricSpecV2 => ({
    type: 'Resource',
    resource: { name, target: { type: 'Utilization', averageUtilization } },
  });
  new k8s.KubeHorizontalPodAutoscalerV2(chart, 'autoscaling', {
    metadata: METADATA,
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: NAME },
      ...bounds,
      metrics: [utilization('cpu', 70), utilization('memory', 75)],
      behavior: {
        scaleUp: {
          selectPolicy: 'Max',
          policies: [
            { type: 'Percent', value: 100, periodSeconds: 30 },
            { type: 'Pods', value: 2, periodSeconds: 30 },
          ],
        },
        scaleDown: {
          stabilizationWindowSeconds: 300,
          policies: [{ type: 'Percent', value: 50, periodSeconds: 60 }],
        },
      },
    },
  });
}

function addDeployment(chart: Chart): void {
  const deployment = new ApiObject(chart, 'deployment', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    ...k8s.toJson_KubeDeploymentProps({ metadata: METADATA, spec: DEPLOYMENT }),
  });
  // Only pods of one revision keep apart: else a rollout would ask for a node for each new pod. The library's affinity terms are older
  // than this field.
  deployment.addJsonPatch(
    JsonPatch.add(
      '/spec/template/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/0/matchLabelKeys',
      SAME_REVISION,
    ),
  );
}

const SAME_REVISION = ['pod-template-hash'];

/**
 * Workers only, and one pod on each: at its limit a pod takes 500m, which is more than the 400m that a t3.small can go on giving without
 * spending credits. So a third pod cannot be scheduled until a third worker comes. Spreading over zones is only preferred: when a zone is
 * lost, its pods come up in the others.
 */
const PLACEMENT = {
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [
          { matchExpressions: [{ key: 'node-role.kubernetes.io/control-plane', operator: 'DoesNotExist' }] },
        ],
      },
    },
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: LABELS } },
      ],
    },
  },
  topologySpreadConstraints: [
    {
      topologyKey: 'topology.kubernetes.io/zone',
      maxSkew: 1,
      whenUnsatisfiable: 'ScheduleAnyway',
      matchLabelKeys: SAME_REVISION,
      labelSelector: { matchLabels: LABELS },
    },
  ],
} satisfies Partial<k8s.PodSpec>;

const CONTAINER: k8s.Container = {
  name: NAME,
  image: IMAGES.demoApp,
  imagePullPolicy: 'IfNotPresent',
  args: [`--port=${PORT.number}`, `--service=${NAME}`, `--drain-seconds=${DRAIN_SECONDS}`],
  // A young generation of 1 MiB: the memory target is 75 % of the request, which Node with its own settings passes under little load.
  env: [{ name: 'NODE_OPTIONS', value: '--max-semi-space-size=1 --max-old-space-size=256' }],
  ports: [{ name: PORT.name, containerPort: PORT.number }],
  resources: {
    requests: { cpu: quantity('100m'), memory: quantity('128Mi') },
    limits: { cpu: quantity('500m'), memory: quantity('512Mi') },
  },
  securityContext: RESTRICTED_CONTAINER,
  livenessProbe: httpProbe('/health', PORT.name, { periodSeconds: 10, timeoutSeconds: 5 }),
  readinessProbe: httpProbe('/ready', PORT.name, { periodSeconds: 5, timeoutSeconds: 3 }),
  // Under its CPU limit a start takes several seconds.
  startupProbe: httpProbe('/health', PORT.name, { periodSeconds: 1, failureThreshold: 60 }),
};

const DEPLOYMENT: k8s.DeploymentSpec = {
  // No `replicas`: they belong to the autoscaling, and Git would set them back at every sync.
  revisionHistoryLimit: 3,
  selector: { matchLabels: LABELS },
  strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: number(1), maxUnavailable: number(0) } },
  template: {
    metadata: {
      labels: LABELS,
      annotations: {
        'prometheus.io/scrape': 'true',
        'prometheus.io/port': String(PORT.number),
        'prometheus.io/path': '/metrics',
      },
    },
    spec: {
      ...PLACEMENT,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: restrictedPod(USER),
      terminationGracePeriodSeconds: GRACE_SECONDS,
      containers: [CONTAINER],
    },
  },
};
