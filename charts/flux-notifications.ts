import { ApiObject, Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { ClusterSettings } from './clusters.ts';
import { FLUX } from './flux-kustomization.ts';
import type { FluxSettings } from './flux-settings.ts';

/** What Flux's notification-controller does for a cluster: hear of pushes, and say in Slack what could not be brought in. */
export class FluxNotificationsChart extends Chart {
  constructor(scope: Construct, id: string, { name, flux }: ClusterSettings) {
    super(scope, id);
    if (flux.receiver !== undefined) addReceiver(this, flux.receiver);
    if (flux.slack !== undefined) addSlack(this, name, flux.slack);
  }
}

/** A push is a call to `https://<host><status.webhookPath of the Receiver>`. */
function addReceiver(chart: Chart, receiver: NonNullable<FluxSettings['receiver']>): void {
  new ApiObject(chart, 'receiver', {
    apiVersion: 'notification.toolkit.fluxcd.io/v1',
    kind: 'Receiver',
    metadata: { name: 'push', namespace: FLUX },
    spec: {
      type: receiver.type,
      ...(receiver.type === 'github' ? { events: ['ping', 'push'] } : {}),
      secretRef: { name: receiver.tokenSecret },
      resources: [{ apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', name: FLUX }],
    },
  });
  new k8s.KubeIngress(chart, 'ingress', {
    metadata: { name: 'push', namespace: FLUX },
    spec: {
      tls: [{ hosts: [receiver.host], secretName: receiver.tlsSecret }],
      rules: [
        {
          host: receiver.host,
          http: {
            paths: [
              {
                // Nothing else that the controller serves is reached from outside.
                path: '/hook/',
                pathType: 'Prefix',
                backend: { service: { name: 'webhook-receiver', port: { number: 80 } } },
              },
            ],
          },
        },
      ],
    },
  });
}

function addSlack(chart: Chart, cluster: string, slack: NonNullable<FluxSettings['slack']>): void {
  new ApiObject(chart, 'provider', {
    apiVersion: 'notification.toolkit.fluxcd.io/v1beta3',
    kind: 'Provider',
    metadata: { name: 'slack', namespace: FLUX },
    spec: { type: 'slack', channel: slack.channel, secretRef: { name: slack.urlSecret } },
  });
  new ApiObject(chart, 'alert', {
    apiVersion: 'notification.toolkit.fluxcd.io/v1beta3',
    kind: 'Alert',
    metadata: { name: 'slack', namespace: FLUX },
    spec: {
      providerRef: { name: 'slack' },
      eventMetadata: { cluster },
      eventSeverity: 'error',
      eventSources: [
        { kind: 'GitRepository', name: '*' },
        { kind: 'Kustomization', name: '*' },
      ],
      // The order in which layers come up, not a fault.
      exclusionList: ['.*dependency .* is not ready.*'],
    },
  });
}
