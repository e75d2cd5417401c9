import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AutoscalerProcess } from './autoscaler-process.ts';
import { FleetRepository } from './fleet-repository.ts';
import { startFluxControllers } from './flux-controllers.ts';
import { releaseManifest } from './flux-release.ts';
import { GitServer } from './git-server.ts';
import { Kubectl } from './kubectl.ts';
import { addLocalDisk } from './local-disk.ts';
import { accountOf, type Machines, startMachines } from './machines.ts';
import { eventually } from './poll.ts';
import { type Started, startTogether, type Together } from './together.ts';

const execute = promisify(execFile);

export const CLUSTER = 'production';
const NAMESPACE = 'smartscale';
const ACCOUNT = 'smartscale';
const COMPONENTS = `flux-system/${CLUSTER}/components`;

/** A cluster that gets everything from Git. */
export interface GitOpsWorld extends Machines, Together {
  readonly fleet: FleetRepository;
  readonly kubectl: Kubectl;
  /**
   * Starts `smartscale run` once Git has brought its account and rights in. It runs beside its Deployment, whose pods are played: they take
   * no lease and do nothing.
   */
  readonly startAutoscaler: () => Promise<AutoscalerProcess>;
  /** What becomes of Flux's controllers when their Deployments go. */
  readonly stopFlux: () => Promise<void>;
  /** Runs the shipped script; standard output. Throws with its words when it fails. */
  readonly script: (...args: readonly string[]) => Promise<string>;
}

/** Starts an empty cluster, a Git server with the fleet's repository on it, and Flux, installed by the shipped script. */
export async function startGitOpsWorld(name: string): Promise<GitOpsWorld> {
  return startTogether(name, startParts);
}

async function startParts(folder: string, started: Started): Promise<Omit<GitOpsWorld, keyof Together>> {
  const [machines, server] = await Promise.all([
    startMachines(folder, started, CLUSTER),
    GitServer.start(folder).then((part) => started(part, () => part.stop())),
  ]);
  const { kube, controlPlane } = machines;
  await addLocalDisk(kube, 'control-plane');
  const fleet = await fleetOn(server, folder);
  const kubectl = new Kubectl(controlPlane.adminKubeconfig);
  const script = async (...args: readonly string[]) => {
    const { stdout } = await execute(join(fleet.folder, 'flux-system', 'flux.sh'), args, {
      env: kubectl.environment,
    });
    return stdout;
  };
  await kubectl.run('apply', '--server-side', '--kustomize', join(fleet.folder, COMPONENTS));
  const stopFlux = await startFluxControllers(folder, controlPlane, started);
  const startAutoscaler = async () => {
    const autoscaler = await autoscalerOf(machines, folder);
    started(autoscaler, () => autoscaler.kill());
    await autoscaler.start();
    return autoscaler;
  };
  return { ...machines, fleet, kubectl, script, stopFlux, startAutoscaler };
}

async function autoscalerOf(machines: Machines, folder: string): Promise<AutoscalerProcess> {
  const { kube, controlPlane, prometheus } = machines;
  const binding = `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}/rolebindings/${ACCOUNT}`;
  await eventually('the rights of the autoscaler', () => kube.find(binding), { deadlineMs: 120_000 });
  return new AutoscalerProcess({
    folder,
    kubeconfig: await controlPlane.kubeconfigFor(NAMESPACE, ACCOUNT),
    args: [
      `--cluster-name=${CLUSTER}`,
      `--namespace=${NAMESPACE}`,
      `--node-fleet=${CLUSTER}`,
      `--prometheus-url=${prometheus.url}`,
    ],
    env: accountOf(machines, CLUSTER),
  });
}

/** What is committed, but for where the repository and Flux's release are; the policy says a default aloud, to be changed by commits. */
async function fleetOn(server: GitServer, folder: string): Promise<FleetRepository> {
  const fleet = await FleetRepository.create(folder, server.url);
  const sync = `flux-system/${CLUSTER}/sync.yaml`;
  fleet.edit(sync, /url: \S+/, `url: ${server.url}`);
  fleet.edit(`${COMPONENTS}/kustomization.yaml`, /https:\S+\/install\.yaml/, 'install.yaml');
  fleet.write(`${COMPONENTS}/install.yaml`, releaseManifest());
  const policy = `clusters/${CLUSTER}/policy.yaml`;
  fleet.write(policy, `${fleet.read(policy)}utilization:\n  cpu:\n    upPercent: 70\n`);
  await fleet.push('Begin');
  return fleet;
}
