import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { OwnedProcess } from './child-process.ts';
import { freePort } from './free-port.ts';
import { goTool, toolFolder } from './tool-cache.ts';

/** The label of a Node whose kubelet is played; taking it off is the death of the kubelet. */
export const KUBELET_LABEL = { key: 'e2e.smartscale.dev/kubelet', value: 'alive' } as const;

/** Plays the kubelets of all Nodes that carry the label: heartbeats, and pods that run as soon as they are bound. */
export async function startKwok(folder: string, kubeconfig: string): Promise<OwnedProcess> {
  const stages = join(toolFolder('kwok'), 'stages');
  return OwnedProcess.start({
    name: 'kwok',
    command: goTool('kwok', 'kwok'),
    args: [
      `--kubeconfig=${kubeconfig}`,
      `--manage-nodes-with-label-selector=${KUBELET_LABEL.key}=${KUBELET_LABEL.value}`,
      '--node-lease-duration-seconds=40',
      `--server-address=127.0.0.1:${await freePort()}`,
      ...readdirSync(stages).map((stage) => `--config=${join(stages, stage)}`),
    ],
    logFile: join(folder, 'kwok.log'),
  });
}
