import { Chart, Duration, Size } from 'cdk8s';
import {
  Capability,
  Cpu,
  Deployment,
  DeploymentStrategy,
  EnvValue,
  ImagePullPolicy,
  type IServiceAccount,
  LabelSelector,
  Node,
  NodeLabelQuery,
  NodeTaintQuery,
  PercentOrAbsolute,
  Pods,
  Probe,
  Protocol,
  SeccompProfileType,
  Service,
  ServiceAccount,
  TaintEffect,
  Volume,
} from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { Access } from './access.ts';
import type { ClusterSettings } from './clusters.ts';
import { IMAGES } from './images.ts';
import { NAMESPACES } from './namespaces.ts';
import { POLICY } from './policy-layer.ts';

const NAME = 'smartscale';
const NAMESPACE = NAMESPACES.smartscale;
const HTTP_PORT = 8080;
const PROMETHEUS_URL = `http://prometheus.${NAMESPACES.monitoring}:9090`;
const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';

/** The autoscaler itself: account, rights, Deployment and Service. */
export class AutoscalerChart extends Chart {
  constructor(scope: Construct, id: string, settings: ClusterSettings) {
    // Not the chart's own `namespace`: that would also be written on objects of the whole cluster.
    super(scope, id, { disableResourceNameHashes: true, labels: LABELS });
    const metadata = { name: NAME, namespace: NAMESPACE };
    new ServiceAccount(this, 'account', { metadata, automountToken: true });
    const account = ServiceAccount.fromServiceAccountName(this, 'account-reference', NAME);
    new Access(this, 'access', { name: NAME, namespace: NAMESPACE, labels: LABELS });
    deploymentOf(this, account, settings);
    new Service(this, 'service', {
      metadata,
      selector: Pods.select(this, 'pods', { labels: SELECTED }),
      ports: [{ name: 'http', port: HTTP_PORT, targetPort: HTTP_PORT, protocol: Protocol.TCP }],
    });
  }
}

const SELECTED = { 'app.kubernetes.io/name': NAME };
const LABELS = { ...SELECTED, 'app.kubernetes.io/part-of': NAME };

function deploymentOf(chart: Chart, account: IServiceAccount, settings: ClusterSettings): void {
  const deployment = new Deployment(chart, 'deployment', {
    metadata: { name: NAME, namespace: NAMESPACE },
    replicas: 1,
    // The library's own selector is derived from the construct's path and immutable: renaming a construct would break updates.
    select: false,
    // The next replica starts before the last one goes; the lease lets one of them act.
    strategy: DeploymentStrategy.rollingUpdate({
      maxSurge: PercentOrAbsolute.absolute(1),
      maxUnavailable: PercentOrAbsolute.absolute(0),
    }),
    serviceAccount: account,
    automountServiceAccountToken: true,
    podMetadata: { labels: LABELS },
    securityContext: { ensureNonRoot: true, user: 1000, group: 1000 },
    terminationGracePeriod: Duration.seconds(30),
  });
  deployment.select(LabelSelector.of({ labels: SELECTED }));
  deployment.scheduling.attract(Node.labeled(NodeLabelQuery.exists(CONTROL_PLANE)));
  deployment.scheduling.tolerate(
    Node.tainted(NodeTaintQuery.exists(CONTROL_PLANE, { effect: TaintEffect.NO_SCHEDULE })),
  );
  addContainer(chart, deployment, settings);
}

function addContainer(chart: Chart, deployment: Deployment, settings: ClusterSettings): void {
  const container = deployment.addContainer({
    name: NAME,
    image: IMAGES.smartscale,
    imagePullPolicy: ImagePullPolicy.IF_NOT_PRESENT,
    args: argumentsOf(settings),
    ports: [{ name: 'http', number: HTTP_PORT }],
    resources: {
      cpu: { request: Cpu.millis(100) },
      memory: { request: Size.mebibytes(192), limit: Size.mebibytes(384) },
    },
    securityContext: {
      ensureNonRoot: true,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      privileged: false,
      user: 1000,
      group: 1000,
      capabilities: { drop: [Capability.ALL] },
      seccompProfile: { type: SeccompProfileType.RUNTIME_DEFAULT },
    },
    liveness: Probe.fromHttpGet('/healthz', {
      port: HTTP_PORT,
      periodSeconds: Duration.seconds(10),
      timeoutSeconds: Duration.seconds(5),
    }),
    readiness: Probe.fromHttpGet('/readyz', { port: HTTP_PORT, periodSeconds: Duration.seconds(5) }),
    startup: Probe.fromHttpGet('/healthz', {
      port: HTTP_PORT,
      periodSeconds: Duration.seconds(2),
      failureThreshold: 60,
    }),
    envVariables: {
      SMARTSCALE_CLUSTER: EnvValue.fromValue(settings.name),
      AWS_REGION: EnvValue.fromValue(settings.aws.region),
      SMARTSCALE_LAUNCH_TEMPLATE: EnvValue.fromValue(settings.aws.launchTemplate),
      SMARTSCALE_LAUNCH_TEMPLATE_VERSION: EnvValue.fromValue(String(settings.aws.launchTemplateVersion)),
      SMARTSCALE_SUBNET_TAG: EnvValue.fromValue(settings.aws.subnetTag),
    },
  });
  container.mount('/tmp', Volume.fromEmptyDir(chart, 'scratch', 'scratch'));
}

function argumentsOf(settings: ClusterSettings): string[] {
  return [
    'run',
    `--cluster-name=${settings.name}`,
    `--namespace=${NAMESPACE}`,
    `--policy-configmap=${POLICY.configMap}`,
    `--prometheus-url=${PROMETHEUS_URL}`,
    `--port=${HTTP_PORT}`,
  ];
}
