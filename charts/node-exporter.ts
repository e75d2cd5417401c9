import { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { httpProbe, RESTRICTED_CONTAINER, resources } from './control-plane-pod.ts';
import { IMAGES } from './images.ts';
import { NAMESPACES } from './namespaces.ts';

export const NODE_EXPORTER_PORT = 9100;

const NAME = 'node-exporter';
const LABELS = { 'app.kubernetes.io/name': NAME };
const USER = 65534;

/** What it measures, and how it reads the machine from inside a container; everything else is off. */
export const NODE_EXPORTER_FLAGS: readonly string[] = [
  '--collector.disable-defaults',
  '--collector.cpu',
  '--collector.diskstats',
  '--collector.filesystem',
  '--collector.loadavg',
  '--collector.meminfo',
  '--collector.netdev',
  '--collector.netdev.device-exclude=^(lo|veth.*|cni.*|flannel.*)$',
  '--collector.diskstats.device-exclude=^(dm-|loop|ram)[0-9]+$',
  '--collector.filesystem.mount-points-exclude=^/(dev|proc|run|sys|var/lib/kubelet|var/lib/rancher/k3s/agent/containerd)($|/)',
  '--collector.filesystem.fs-types-exclude=^(autofs|cgroup2?|overlay|proc|squashfs|sysfs|tmpfs)$',
];

const HOST_PATHS = ['proc', 'sys', 'root'] as const;

/** One node_exporter on every machine, however it is tainted: a worker is measured before it is admitted. */
export class NodeExporterChart extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const metadata = { name: NAME, namespace: NAMESPACES.nodeExporter, labels: LABELS };
    new k8s.KubeServiceAccount(this, 'account', { metadata, automountServiceAccountToken: false });
    new k8s.KubeDaemonSet(this, 'daemon-set', {
      metadata,
      spec: {
        selector: { matchLabels: LABELS },
        updateStrategy: {
          type: 'RollingUpdate',
          rollingUpdate: { maxUnavailable: k8s.IntOrString.fromString('20%') },
        },
        template: { metadata: { labels: LABELS }, spec: podSpec() },
      },
    });
  }
}

function podSpec(): k8s.PodSpec {
  return {
    serviceAccountName: NAME,
    automountServiceAccountToken: false,
    // The machine's own network counters, and a port on its address that Prometheus reaches without the pod network.
    hostNetwork: true,
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    tolerations: [{ operator: 'Exists' }],
    priorityClassName: 'system-node-critical',
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER,
      runAsGroup: USER,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [container()],
    volumes: HOST_PATHS.map((name) => ({ name, hostPath: { path: name === 'root' ? '/' : `/${name}` } })),
  };
}

function container(): k8s.Container {
  return {
    name: NAME,
    image: IMAGES.nodeExporter,
    args: [
      `--web.listen-address=$(NODE_ADDRESS):${NODE_EXPORTER_PORT}`,
      '--path.procfs=/host/proc',
      '--path.sysfs=/host/sys',
      '--path.rootfs=/host/root',
      ...NODE_EXPORTER_FLAGS,
    ],
    // The private address alone, so that a public one of the machine shows nothing.
    env: [{ name: 'NODE_ADDRESS', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } }],
    ports: [{ name: 'http', containerPort: NODE_EXPORTER_PORT, hostPort: NODE_EXPORTER_PORT }],
    resources: resources('10m', '24Mi', '64Mi'),
    securityContext: RESTRICTED_CONTAINER,
    readinessProbe: httpProbe('/', 'http', { periodSeconds: 10 }),
    livenessProbe: httpProbe('/', 'http', { periodSeconds: 30, timeoutSeconds: 5 }),
    volumeMounts: HOST_PATHS.map((name) => ({
      name,
      mountPath: `/host/${name}`,
      readOnly: true,
      mountPropagation: 'HostToContainer',
    })),
  };
}
