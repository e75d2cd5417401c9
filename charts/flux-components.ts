import type { FluxSettings } from './flux-settings.ts';
import type { PlainFile } from './layout.ts';

/** The release of Flux that clusters run, all controllers together; Flux 2.9 serves Kubernetes 1.34 to 1.36. */
export const FLUX_VERSION = 'v2.9.5';

const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';

/** Controllers of the release that nothing here needs: each would take its share of a small server's memory. */
function leftOut({ imageAutomation }: FluxSettings): readonly string[] {
  const images = ['image-automation-controller', 'image-reflector-controller'];
  return ['helm-controller', ...(imageAutomation === undefined ? images : []), 'source-watcher'];
}

/** Flux itself: the release's manifests with what a fleet needs of them. Applied by the install, not by Flux. */
export function fluxComponents(flux: FluxSettings): PlainFile {
  return {
    source: 'charts/flux-components.ts',
    content: {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: [`https://github.com/fluxcd/flux2/releases/download/${FLUX_VERSION}/install.yaml`],
      patches: [
        ...leftOut(flux).map(leaveOut),
        { target: { kind: 'Deployment', name: 'kustomize-controller' }, patch: json(IMPATIENCE) },
        { target: { kind: 'Deployment' }, patch: json(ON_THE_CONTROL_PLANE) },
      ],
    },
  };
}

/**
 * A newer commit ends the wait for the health of the one before: a revert never waits for what it reverts. Layers that wait for each
 * other look every five seconds, not every thirty.
 */
const IMPATIENCE = [
  argument('--feature-gates=CancelHealthCheckOnNewRevision=true'),
  argument('--requeue-dependency=5s'),
];

/** On a worker each controller, the only replica of its kind, would keep that worker from being removed. */
const ON_THE_CONTROL_PLANE = [
  {
    op: 'add',
    path: '/spec/template/spec/nodeSelector',
    value: { 'kubernetes.io/os': 'linux', [CONTROL_PLANE]: 'true' },
  },
  {
    op: 'add',
    path: '/spec/template/spec/tolerations',
    value: [{ key: CONTROL_PLANE, operator: 'Exists', effect: 'NoSchedule' }],
  },
];

function argument(value: string): unknown {
  return { op: 'add', path: '/spec/template/spec/containers/0/args/-', value };
}

function leaveOut(name: string): unknown {
  const metadata = { name, namespace: 'flux-system' };
  return { patch: json({ apiVersion: 'apps/v1', kind: 'Deployment', metadata, $patch: 'delete' }) };
}

/** Kustomize takes patches as text; JSON is YAML. */
function json(patch: unknown): string {
  return JSON.stringify(patch);
}
