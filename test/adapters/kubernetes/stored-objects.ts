import {
  labelSelectorOf,
  type RawLabelSelector,
} from '../../../src/adapters/kubernetes/read/raw-selector.ts';
import { selects } from '../../../src/model/selector.ts';
import { type FakeAnswer, type FakeApiServer, type FakeRequest, refusal } from './fake-api-server.ts';

/** An object as the API server stores it. */
export interface StoredObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion?: string;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

const NODES = '/api/v1/nodes';
const PODS = '/api/v1/pods';
const BUDGETS = '/apis/policy/v1/poddisruptionbudgets';
const ONE_NODE = /^\/api\/v1\/nodes\/([^/]+)$/;
const EVICTION = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)\/eviction$/;

/** The store of a fake API server: nodes, pods and budgets that can be listed, watched, patched, deleted and evicted. */
export class StoredObjects {
  readonly #server: FakeApiServer;
  readonly #kinds = new Map<string, Map<string, StoredObject>>();
  #version = 1;

  constructor(server: FakeApiServer) {
    this.#server = server;
    server.answer = (request) => this.#answer(request);
  }

  putNode(node: StoredObject): void {
    this.#put(NODES, node);
  }

  putPod(pod: StoredObject): void {
    this.#put(PODS, pod);
  }

  putBudget(budget: StoredObject): void {
    this.#put(BUDGETS, budget);
  }

  #answer(request: FakeRequest): FakeAnswer {
    const [, nodeName] = ONE_NODE.exec(request.path) ?? [];
    if (nodeName !== undefined) return this.#answerAboutNode(nodeName, request);
    const [, namespace, podName] = EVICTION.exec(request.path) ?? [];
    if (podName !== undefined) return this.#evict(`${namespace}/${podName}`, request);
    const items = [...this.#kind(request.path).values()];
    return { body: { metadata: { resourceVersion: String(this.#version) }, items } };
  }

  #answerAboutNode(name: string, { method, body }: FakeRequest): FakeAnswer {
    const node = this.#kind(NODES).get(name);
    if (node === undefined) return refusal(404, 'NotFound');
    if (method === 'GET') return { body: node };
    if (method === 'DELETE') {
      if (!meetsPrecondition(node, body)) return refusal(409, 'Conflict');
      this.#kind(NODES).delete(name);
      this.#tell(NODES, 'DELETED', node);
      return { body: {} };
    }
    const patch = body as StoredObject;
    if (patch.metadata.resourceVersion !== node.metadata.resourceVersion) return refusal(409, 'Conflict');
    return { body: this.#put(NODES, merged(node, patch) as StoredObject) };
  }

  #evict(key: string, { body }: FakeRequest): FakeAnswer {
    const pod = this.#kind(PODS).get(key);
    if (pod === undefined) return refusal(404, 'NotFound');
    if (!meetsPrecondition(pod, (body as { deleteOptions: unknown }).deleteOptions))
      return refusal(409, 'Conflict');
    const [budget, second] = [...this.#kind(BUDGETS).values()].filter((b) => governs(b, pod));
    if (second !== undefined) return { status: 500, body: TWO_BUDGETS };
    if (budget !== undefined) return { status: 429, body: blockedBy(budget.metadata.name) };
    const deletion = { deletionTimestamp: '2026-11-24T10:00:30Z', deletionGracePeriodSeconds: 30 };
    this.#put(PODS, { ...pod, metadata: { ...pod.metadata, ...deletion } });
    return { status: 201, body: {} };
  }

  #put(path: string, object: StoredObject): StoredObject {
    this.#version += 1;
    const { name, namespace } = object.metadata;
    const key = namespace === undefined ? name : `${namespace}/${name}`;
    const isNew = !this.#kind(path).has(key);
    const stored = {
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(this.#version) },
    };
    this.#kind(path).set(key, stored);
    this.#tell(path, isNew ? 'ADDED' : 'MODIFIED', stored);
    return stored;
  }

  #tell(path: string, type: string, object: StoredObject): void {
    for (const watch of this.#server.watches) if (watch.path === path) watch.send(type, object);
  }

  #kind(path: string): Map<string, StoredObject> {
    const kind = this.#kinds.get(path) ?? new Map<string, StoredObject>();
    this.#kinds.set(path, kind);
    return kind;
  }
}

function meetsPrecondition({ metadata }: StoredObject, options: unknown): boolean {
  return (options as { preconditions: { uid: string } }).preconditions.uid === metadata.uid;
}

/** A budget of the store allows nothing, whatever its status says. */
function governs(budget: StoredObject, pod: StoredObject): boolean {
  const { selector } = budget['spec'] as { selector: RawLabelSelector };
  const labels = pod.metadata['labels'] as Readonly<Record<string, string>>;
  return budget.metadata.namespace === pod.metadata.namespace && selects(labelSelectorOf(selector), labels);
}

/** JSON merge patch (RFC 7386). */
function merged(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const TWO_BUDGETS = {
  kind: 'Status',
  code: 500,
  message: 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
};

function blockedBy(budget: string): object {
  const message = `The disruption budget ${budget} needs 2 healthy pods and has 2 currently`;
  return {
    kind: 'Status',
    code: 429,
    reason: 'TooManyRequests',
    message: 'Cannot evict pod as it would violate the pod disruption budget.',
    details: { causes: [{ reason: 'DisruptionBudget', message }] },
  };
}
