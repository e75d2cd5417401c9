import { App } from 'cdk8s';
import { CLUSTERS, type ClusterSettings } from '../../charts/clusters.ts';
import { fluxFolders } from '../../charts/flux-folders.ts';
import type { Manifest } from './generated-objects.ts';

/** A cluster with everything switched on that is off by default. */
function everythingOn(): ClusterSettings {
  const [first] = CLUSTERS;
  if (first === undefined) throw new Error('there is no cluster');
  return {
    ...first,
    flux: {
      repository: { url: 'ssh://git@git.example/fleet', branch: 'main', credentialsSecret: 'git' },
      verifyCommits: { keysSecret: 'keys' },
      receiver: {
        type: 'github',
        tokenSecret: 'webhook-token',
        host: 'flux.example',
        tlsSecret: 'flux-tls',
      },
      slack: { channel: 'fleet', urlSecret: 'slack' },
      sops: { ageKeySecret: 'age' },
      imageAutomation: {
        pushSecret: 'git-push',
        registrySecret: 'registry',
        author: { name: 'images', email: 'images@fleet.example' },
      },
    },
  };
}

/** The objects of Flux in a cluster that has every option. */
export function objectsOfEveryOption(): readonly Manifest[] {
  const settings = everythingOn();
  return Object.values(fluxFolders(settings))
    .flatMap((charts) => Object.entries(charts))
    .flatMap(([name, { chart: Chart }]) => new Chart(new App(), name, settings).toJson());
}
