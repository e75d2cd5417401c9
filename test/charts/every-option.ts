import { App } from 'cdk8s';
import { CLUSTERS, type ClusterSettings } from '../../charts/clusters.ts';
import { fluxFolders } from '../../charts/flux-folders.ts';
import type { FluxSettings } from '../../charts/flux-settings.ts';
import type { Manifest } from './generated-objects.ts';

/** A cluster with everything switched on that is off by default. */
function everythingOn(): ClusterSettings {
  const [first] = CLUSTERS;
  if (first === undefined) throw new Error('there is no cluster');
  return { ...first, flux: EVERY_OPTION };
}

const EVERY_OPTION: Required<FluxSettings> = {
  repository: { url: 'ssh://git@git.example/fleet', branch: 'main', credentialsSecret: 'git' },
  verifyCommits: { keysSecret: 'keys' },
  receiver: { type: 'github', tokenSecret: 'webhook-token', host: 'flux.example', tlsSecret: 'flux-tls' },
  slack: { channel: 'fleet', urlSecret: 'slack' },
  sops: { ageKeySecret: 'age' },
  imageAutomation: {
    semver: '^1.0.0',
    pushSecret: 'push',
    registrySecret: 'registry',
    author: { name: 'Fleet', email: 'fleet@git.example' },
  },
};

/** The objects of Flux in a cluster that has every option. */
export function objectsOfEveryOption(): readonly Manifest[] {
  const settings = everythingOn();
  return Object.values(fluxFolders(settings))
    .flatMap((charts) => Object.entries(charts))
    .flatMap(([name, { chart: Chart }]) => new Chart(new App(), name, settings).toJson());
}
