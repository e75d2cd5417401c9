import { describe, expect, it } from '@jest/globals';
import { App, type Chart } from 'cdk8s';
import { CLUSTERS, type ClusterSettings } from '../../charts/clusters.ts';
import { FluxExtrasChart } from '../../charts/flux-extras.ts';
import { fluxFolders } from '../../charts/flux-folders.ts';
import { FluxNotificationsChart } from '../../charts/flux-notifications.ts';
import type { FluxSettings } from '../../charts/flux-settings.ts';
import { FluxSyncChart } from '../../charts/flux-sync.ts';
import type { ClusterChart } from '../../charts/layout.ts';
import type { Manifest } from './generated-objects.ts';

const REPOSITORY = { url: 'https://git.example/fleet', branch: 'main' };

function settings(flux: Omit<FluxSettings, 'repository'>): ClusterSettings {
  const [first] = CLUSTERS;
  if (first === undefined) throw new Error('there is no cluster');
  return { ...first, name: 'test', flux: { repository: REPOSITORY, ...flux } };
}

function made(ChartClass: ClusterChart, flux: Omit<FluxSettings, 'repository'>): readonly Manifest[] {
  const chart: Chart = new ChartClass(new App(), 'chart', settings(flux));
  return chart.toJson();
}

const RECEIVER = {
  type: 'github',
  tokenSecret: 'webhook-token',
  host: 'flux.example',
  tlsSecret: 'flux-tls',
} as const;

describe("Flux's options", () => {
  it('are off unless they are asked for', () => {
    expect(Object.keys(fluxFolders(settings({}))['flux-system/test'] ?? {})).toEqual([
      'sync',
      'layers',
      'policy',
    ]);
    expect(fluxFolders(settings({}))['flux-system/test/notifications']).toEqual({});
    expect(made(FluxSyncChart, {})[0].spec).not.toHaveProperty('verify');
    expect(made(FluxSyncChart, {})[0].spec).not.toHaveProperty('secretRef');
  });

  it('take only signed commits once the keys are named', () => {
    expect(made(FluxSyncChart, { verifyCommits: { keysSecret: 'keys' } })[0].spec.verify).toEqual({
      mode: 'HEAD',
      secretRef: { name: 'keys' },
    });
  });

  it('read a private repository with the credentials that are named', () => {
    const flux = { repository: { ...REPOSITORY, credentialsSecret: 'git' } };
    const [repository]: readonly Manifest[] = new FluxSyncChart(new App(), 'chart', {
      ...settings({}),
      flux,
    }).toJson();
    expect(repository.spec.secretRef).toEqual({ name: 'git' });
  });

  it('hear of pushes through one path and wake the source', () => {
    const [receiver, ingress] = made(FluxNotificationsChart, { receiver: RECEIVER });
    expect(receiver.spec).toEqual({
      type: 'github',
      events: ['ping', 'push'],
      secretRef: { name: 'webhook-token' },
      resources: [{ apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', name: 'flux-system' }],
    });
    expect(ingress.spec.rules[0].http.paths).toEqual([
      {
        path: '/hook/',
        pathType: 'Prefix',
        backend: { service: { name: 'webhook-receiver', port: { number: 80 } } },
      },
    ]);
    expect(ingress.spec.tls).toEqual([{ hosts: ['flux.example'], secretName: 'flux-tls' }]);
  });

  it('hear of pushes from any host that signs them', () => {
    const [receiver] = made(FluxNotificationsChart, { receiver: { ...RECEIVER, type: 'generic-hmac' } });
    expect(receiver.spec).not.toHaveProperty('events');
    expect(receiver.spec.type).toBe('generic-hmac');
  });

  it('say in Slack what could not be brought in, and hold no URL', () => {
    const [provider, alert] = made(FluxNotificationsChart, {
      slack: { channel: 'fleet', urlSecret: 'slack' },
    });
    expect(provider.spec).toEqual({ type: 'slack', channel: 'fleet', secretRef: { name: 'slack' } });
    expect(alert.spec).toMatchObject({ eventSeverity: 'error', eventMetadata: { cluster: 'test' } });
  });

  it('sync themselves from folders of their own, which nothing waits for', () => {
    const flux = { receiver: RECEIVER, sops: { ageKeySecret: 'age' } };
    const [notifications, secrets] = made(FluxExtrasChart, flux);
    expect(notifications.spec.path).toBe('./flux-system/test/notifications');
    expect(secrets.spec).toMatchObject({
      path: './clusters/test/secrets',
      decryption: { provider: 'sops', secretRef: { name: 'age' } },
    });
    const folders = fluxFolders(settings(flux));
    expect(folders['flux-system/test']).toHaveProperty('extras');
    expect(folders['flux-system/test/notifications']).toHaveProperty('notifications');
  });
});
