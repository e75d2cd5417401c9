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
  Namespace,
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

export interface AutoscalerProps {
  readonly namespace: string;
  /** Image with its tag or digest. */
  readonly image: string;
  /** The cluster's name, as in the `Cluster` tag of its instances. */
  readonly clusterName: string;
  /** Name of the ConfigMap that carries the policy. */
  readonly policyConfigMap: string;
  readonly prometheusUrl: string;
  /** Settings of the AWS account: which launch template, which subnets. */
  readonly aws: {
    readonly region: string;
    readonly launchTemplate: string;
    /** A number: a new version of the template is a commit, too. */
    readonly launchTemplateVersion: number;
    /** `key=value` of the tag that the workers' private subnets carry. */
    readonly subnetTag: string;
  };
}

const NAME = 'smartscale';
const HTTP_PORT = 8080;
const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';

/** The autoscaler itself: namespace, account, rights, Deployment and Service. */
export class AutoscalerChart extends Chart {
  constructor(scope: Construct, id: string, props: AutoscalerProps) {
    // Not the chart's own `namespace`: that would also be written on objects of the whole cluster.
    super(scope, id, { disableResourceNameHashes: true, labels: LABELS });
    restrictedNamespace(this, props.namespace);
    const metadata = { name: NAME, namespace: props.namespace };
    new ServiceAccount(this, 'account', { metadata, automountToken: true });
    const account = ServiceAccount.fromServiceAccountName(this, 'account-reference', NAME);
    new Access(this, 'access', { name: NAME, namespace: props.namespace, labels: LABELS });
    deploymentOf(this, account, props);
    new Service(this, 'service', {
      metadata,
      selector: Pods.select(this, 'pods', { labels: SELECTED }),
      ports: [{ name: 'http', port: HTTP_PORT, targetPort: HTTP_PORT, protocol: Protocol.TCP }],
    });
  }
}

const SELECTED = { 'app.kubernetes.io/name': NAME };
const LABELS = { ...SELECTED, 'app.kubernetes.io/part-of': NAME };

/** Pod Security holds every pod of the namespace to the strictest profile. */
function restrictedNamespace(chart: Chart, name: string): void {
  new Namespace(chart, 'namespace', {
    metadata: {
      name,
      labels: {
        'pod-security.kubernetes.io/enforce': 'restricted',
        'pod-security.kubernetes.io/warn': 'restricted',
      },
      // Removing the namespace would take the ledger and the lease with it.
      annotations: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' },
    },
  });
}

function deploymentOf(chart: Chart, account: IServiceAccount, props: AutoscalerProps): void {
  const deployment = new Deployment(chart, 'deployment', {
    metadata: { name: NAME, namespace: props.namespace },
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
  addContainer(chart, deployment, props);
}

function addContainer(chart: Chart, deployment: Deployment, props: AutoscalerProps): void {
  const container = deployment.addContainer({
    name: NAME,
    image: props.image,
    imagePullPolicy: ImagePullPolicy.IF_NOT_PRESENT,
    args: argumentsOf(props),
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
      SMARTSCALE_CLUSTER: EnvValue.fromValue(props.clusterName),
      AWS_REGION: EnvValue.fromValue(props.aws.region),
      SMARTSCALE_LAUNCH_TEMPLATE: EnvValue.fromValue(props.aws.launchTemplate),
      SMARTSCALE_LAUNCH_TEMPLATE_VERSION: EnvValue.fromValue(String(props.aws.launchTemplateVersion)),
      SMARTSCALE_SUBNET_TAG: EnvValue.fromValue(props.aws.subnetTag),
    },
  });
  container.mount('/tmp', Volume.fromEmptyDir(chart, 'scratch', 'scratch'));
}

function argumentsOf(props: AutoscalerProps): string[] {
  return [
    'run',
    `--cluster-name=${props.clusterName}`,
    `--namespace=${props.namespace}`,
    `--policy-configmap=${props.policyConfigMap}`,
    `--prometheus-url=${props.prometheusUrl}`,
    `--port=${HTTP_PORT}`,
  ];
}
