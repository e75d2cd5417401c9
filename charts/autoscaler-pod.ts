import type { k8s } from 'cdk8s-plus-28';
import type { ClusterSettings } from './clusters.ts';
import {
  httpProbe,
  ON_CONTROL_PLANE,
  RESTRICTED_CONTAINER,
  resources,
  restrictedPod,
} from './control-plane-pod.ts';
import { IMAGES } from './images.ts';
import { NAMESPACES } from './namespaces.ts';
import { PRIORITY } from './priority-classes.ts';
import { PROMETHEUS } from './prometheus.ts';

/** The status page, `/metrics` and the probes. */
export const HTTP_PORT = 8080;

/** The user `node` of the image. */
const USER = 1000;

/** A replica of the autoscaler. It stands where it can never remove its own node. */
export function autoscalerPod(
  name: string,
  labels: Readonly<Record<string, string>>,
  settings: ClusterSettings,
): k8s.PodSpec {
  return {
    ...ON_CONTROL_PLANE,
    // Apart where there are several servers, together where there is one.
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: labels },
      },
    ],
    priorityClassName: PRIORITY.fleet,
    serviceAccountName: name,
    automountServiceAccountToken: true,
    securityContext: restrictedPod(USER),
    // A step under way may end: the process itself gives up after 20 s.
    terminationGracePeriodSeconds: 30,
    containers: [
      {
        name,
        image: IMAGES.smartscale,
        args: argumentsOf(settings),
        env: environmentOf(settings),
        ports: [{ name: 'http', containerPort: HTTP_PORT }],
        // Measured by `npm run bench -- --only memory`: 92 MiB with 10 workers, 132 with 100, up to 232 with 1,000; planning takes more.
        resources: resources('100m', '128Mi', '512Mi'),
        securityContext: RESTRICTED_CONTAINER,
        startupProbe: httpProbe('/healthz', 'http', {
          periodSeconds: 2,
          failureThreshold: 60,
        }),
        readinessProbe: httpProbe('/readyz', 'http', { periodSeconds: 5 }),
        livenessProbe: httpProbe('/healthz', 'http', {
          periodSeconds: 10,
          timeoutSeconds: 5,
        }),
      },
    ],
  };
}

function argumentsOf(settings: ClusterSettings): string[] {
  const { aws } = settings;
  return [
    'run',
    `--cluster-name=${settings.name}`,
    `--namespace=${NAMESPACES.smartscale}`,
    `--node-fleet=${settings.name}`,
    `--prometheus-url=http://${PROMETHEUS.name}.${PROMETHEUS.namespace}:${PROMETHEUS.port}`,
    `--port=${HTTP_PORT}`,
    ...(aws.stateTable === undefined ? [] : ['--ledger=dynamodb', `--table=${aws.stateTable}`]),
  ];
}

function environmentOf({ aws }: ClusterSettings): k8s.EnvVar[] {
  return [
    // A small young generation: at 4 MiB planning costs 3 % more CPU, and a process of 100 MiB grows by no more between rounds.
    { name: 'NODE_OPTIONS', value: '--max-semi-space-size=4' },
    { name: 'AWS_REGION', value: aws.region },
    { name: 'SMARTSCALE_LAUNCH_TEMPLATE', value: aws.launchTemplate },
    {
      name: 'SMARTSCALE_LAUNCH_TEMPLATE_VERSION',
      value: String(aws.launchTemplateVersion),
    },
    { name: 'SMARTSCALE_SUBNET_TAG', value: aws.subnetTag },
    ...(aws.interruptionQueueUrl === undefined
      ? []
      : [
          {
            name: 'SMARTSCALE_INTERRUPTION_QUEUE_URL',
            value: aws.interruptionQueueUrl,
          },
        ]),
  ];
}
