import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { OwnedProcess } from './child-process.ts';
import type { ControlPlane } from './control-plane.ts';
import { CONTROLLERS, type Controller } from './flux-release.ts';
import { freePort } from './free-port.ts';
import type { KubeClient } from './kube-client.ts';
import type { Started } from './together.ts';
import { goTool } from './tool-cache.ts';

/** Flags of the shipped Deployments that mean something in a pod only. */
const OF_A_POD = /^--(?:enable-leader-election|events-addr|storage-path|storage-adv-addr)\b/;

/**
 * Runs Flux's source- and kustomize-controller as processes, each as its account and with the flags of their Deployments in the cluster: those are what the
 * installation applied, whose pods are played and do nothing. Returns how to stop them.
 */
export async function startFluxControllers(
  folder: string,
  controlPlane: ControlPlane,
  started: Started,
): Promise<() => Promise<void>> {
  const controllers: OwnedProcess[] = [];
  for (const name of CONTROLLERS) {
    const controller = OwnedProcess.start({
      name,
      command: goTool(name, name),
      args: [...(await shippedFlags(controlPlane.admin, name)), ...(await localFlags(folder, name))],
      env: {
        KUBECONFIG: await controlPlane.kubeconfigFor('flux-system', name),
        RUNTIME_NAMESPACE: 'flux-system',
      },
      logFile: join(folder, `${name}.log`),
    });
    controllers.push(started(controller, () => controller.kill()));
  }
  return async () => {
    for (const controller of controllers) await controller.kill();
  };
}

async function shippedFlags(kube: KubeClient, name: Controller): Promise<readonly string[]> {
  const { spec } = await kube.get(`/apis/apps/v1/namespaces/flux-system/deployments/${name}`);
  const flags = spec.template.spec.containers[0].args as readonly string[];
  return flags.filter((flag) => !OF_A_POD.test(flag));
}

async function localFlags(folder: string, name: Controller): Promise<readonly string[]> {
  const flags = [
    '--events-addr=',
    `--metrics-addr=127.0.0.1:${await freePort()}`,
    `--health-addr=127.0.0.1:${await freePort()}`,
  ];
  if (name !== 'source-controller') return flags;
  const storage = join(folder, 'artifacts');
  mkdirSync(storage);
  const address = `127.0.0.1:${await freePort()}`;
  return [
    ...flags,
    `--storage-path=${storage}`,
    `--storage-addr=${address}`,
    `--storage-adv-addr=${address}`,
  ];
}
