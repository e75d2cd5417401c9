import type { IncomingMessage, ServerResponse } from 'node:http';
import { FakeEc2, instancesXml, spotXml, subnetsXml } from '../adapters/ec2/fake-ec2.ts';
import { LoopbackServer } from '../fakes/loopback-server.ts';
import { podText, REPLICAS, replicaSetText } from './watch-cache-pods.ts';

const PODS_PER_NODE = 20;
const ZONE = 'ap-southeast-1a';

/** An API server of a cluster in which nothing happens: workers with 20 bound pods each. It keeps the lease, and takes any other write. */
class StillCluster extends LoopbackServer {
  readonly #lists: Readonly<Record<string, readonly string[]>>;
  #lease: object | undefined;

  constructor(nodes: number) {
    super();
    const pods = Array.from({ length: nodes * PODS_PER_NODE }, (_, index) => podText(index, nodes));
    this.#lists = {
      nodes: Array.from({ length: nodes }, (_, index) => JSON.stringify(aNode(index))),
      pods,
      replicasets: Array.from({ length: Math.ceil(pods.length / REPLICAS) }, (_, set) =>
        replicaSetText(set * REPLICAS),
      ),
    };
  }

  start(): Promise<void> {
    return this.listen();
  }

  protected override serve(request: IncomingMessage, body: string, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://bench');
    if (searchParams.get('watch') === 'true') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
      return;
    }
    const kind = pathname.split('/').at(-1) ?? '';
    if (request.method !== 'GET') {
      const sent = JSON.parse(body) as { readonly metadata?: object };
      const stored = {
        ...sent,
        metadata: { ...sent.metadata, resourceVersion: '1001' },
      };
      if (pathname.includes('/leases')) this.#lease = stored;
      send(response, 200, JSON.stringify(stored));
    } else if (pathname.includes('/leases/')) {
      const isHeld = this.#lease !== undefined;
      send(response, isHeld ? 200 : 404, JSON.stringify(this.#lease ?? { kind: 'Status', code: 404 }));
    } else {
      send(response, 200, pageOf(this.#lists[kind] ?? [], searchParams));
    }
  }
}

/** A cluster and an account for the autoscaler to run on, and how to tell it. */
export interface LiveWorld {
  /** A kubeconfig that names the cluster. */
  readonly kubeconfig: string;
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export async function startLiveWorld(nodes: number): Promise<LiveWorld> {
  const cluster = new StillCluster(nodes);
  await cluster.start();
  const ids = Array.from({ length: nodes }, (_, index) => idOf(index));
  const ec2 = await FakeEc2.start();
  ec2
    .answers('DescribeSubnets', { xml: subnetsXml(['subnet-a', ZONE, 1000]) })
    .answers('DescribeSpotPriceHistory', { xml: spotXml() })
    .answers('DescribeSpotInstanceRequests', {
      xml: '<spotInstanceRequestSet/>',
    })
    .answers('DescribeInstanceTypes', { xml: '<instanceTypeSet/>' })
    .answers('DescribeInstances', {
      xml: instancesXml(ids.map((id) => ({ id }))),
    });
  return {
    kubeconfig: kubeconfigOf(cluster.url),
    env: {
      AWS_REGION: 'ap-southeast-1',
      AWS_ENDPOINT_URL: ec2.url,
      AWS_ACCESS_KEY_ID: 'bench',
      AWS_SECRET_ACCESS_KEY: 'bench',
      SMARTSCALE_CLUSTER: 'bench',
      SMARTSCALE_LAUNCH_TEMPLATE: 'lt-0123456789abcdef0',
      SMARTSCALE_LAUNCH_TEMPLATE_VERSION: '1',
      SMARTSCALE_SUBNET_IDS: 'subnet-a',
    },
    stop: async () => {
      await Promise.all([cluster.stop(), ec2.stop()]);
    },
  };
}

/** One page of a list, as an API server cuts it. */
function pageOf(items: readonly string[], query: URLSearchParams): string {
  const from = Number(query.get('continue') ?? 0);
  const to = Math.min(items.length, from + Number(query.get('limit') ?? items.length));
  const next = to < items.length ? String(to) : '';
  return `{"metadata":{"resourceVersion":"1000","continue":"${next}"},"items":[${items.slice(from, to).join(',')}]}`;
}

function send(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(text);
}

function idOf(index: number): string {
  return `i-${index.toString(16).padStart(17, '0')}`;
}

function aNode(index: number): object {
  const name = idOf(index);
  return {
    metadata: {
      name,
      uid: `node-${index}`,
      resourceVersion: '1000',
      creationTimestamp: '2026-11-24T09:00:00Z',
      labels: {
        'kubernetes.io/hostname': name,
        'node.kubernetes.io/instance-type': 't3.small',
        'topology.kubernetes.io/zone': ZONE,
      },
    },
    spec: { providerID: `aws:///${ZONE}/${name}` },
    status: {
      allocatable: { cpu: '1900m', memory: '1700Mi', pods: '110' },
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          lastTransitionTime: '2026-11-24T09:01:00Z',
        },
      ],
    },
  };
}

function kubeconfigOf(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'bench',
    clusters: [{ name: 'bench', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'bench', user: {} }],
    contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
  });
}
