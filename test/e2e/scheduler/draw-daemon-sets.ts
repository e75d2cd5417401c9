import type { KubeObject } from '../harness/kube-client.ts';
import { ARCH, type Drawing, isDrawn, LIFECYCLE, offeringValue, oneOf } from './drawing.ts';
import { NAMESPACES } from './standing-objects.ts';

type Template = Readonly<Record<string, unknown>>;

/** None to three DaemonSets: plain ones, and ones that not every node carries or that differ from their pods. */
export function drawDaemonSets(drawing: Drawing): readonly KubeObject[] {
  const { chance } = drawing;
  // Each peculiarity at most once: two agents that want the same port could not live on one node.
  const left = kinds(drawing);
  return Array.from({ length: chance.integer(4) }, (_, index) => {
    const cpu = `${oneOf(chance, [20, 50, 100, 200])}m`;
    const container = {
      name: 'agent',
      image: 'example.invalid/agent:1',
      resources: { requests: { cpu, memory: '64Mi' } },
    };
    const kind = isDrawn(chance, 50) ? {} : left.splice(chance.integer(left.length), 1)[0];
    const name = `agent-${index}`;
    return {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name, namespace: NAMESPACES[0] },
      spec: {
        selector: { matchLabels: { daemon: name } },
        template: {
          metadata: { labels: { daemon: name } },
          spec: { tolerations: [{ operator: 'Exists' }], containers: [container], ...kind },
        },
      },
    };
  });
}

function kinds(drawing: Drawing): Template[] {
  const base = { name: 'agent', image: 'example.invalid/agent:1' };
  const amounts = { cpu: '150m', memory: '100Mi' };
  return [
    { nodeSelector: { [ARCH]: offeringValue(drawing, ARCH) } },
    { nodeSelector: { [LIFECYCLE]: 'spot' } },
    { nodeSelector: { 'example.com/never': 'true' } },
    // In a template, unlike in a pod, nothing is filled in.
    { containers: [{ ...base, resources: { limits: amounts } }] },
    {
      containers: [
        { ...base, ports: [{ containerPort: 9100, hostPort: 9100 }], resources: { requests: amounts } },
      ],
    },
    {
      hostNetwork: true,
      containers: [{ ...base, ports: [{ containerPort: 9200 }], resources: { requests: amounts } }],
    },
    {
      initContainers: [
        { ...base, name: 'install', resources: { requests: { cpu: '500m', memory: '300Mi' } } },
      ],
      priorityClassName: 'system-node-critical',
    },
  ];
}
