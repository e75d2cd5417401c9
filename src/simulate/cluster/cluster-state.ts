import type { Node } from '../../model/node.ts';
import { occupiesNode, type Pod } from '../../model/pod.ts';
import { addResources, NO_RESOURCES, type Resources, subtractResources } from '../../model/resources.ts';

/** What the API server of the simulated cluster has stored, with the indexes that its controllers need. */
export class ClusterState {
  readonly #nodes = new Map<string, Node>();
  readonly #pods = new Map<string, Pod>();
  readonly #byOwner = new Map<string, Map<string, Pod>>();
  readonly #byNode = new Map<string, Map<string, Pod>>();
  readonly #unbound = new Map<string, Pod>();
  readonly #used = new Map<string, Resources>();
  readonly #repelling = new Map<string, Pod>();
  #version = 0;

  /** Grows with every change, of what is stored here and of what is not, like a kubelet's death. */
  get version(): number {
    return this.#version;
  }

  nodes(): readonly Node[] {
    return [...this.#nodes.values()];
  }

  /** Workers whose nodes are ready. */
  readyWorkers(): readonly Node[] {
    return this.nodes().filter((node) => !node.isControlPlane && node.isReady);
  }

  node(name: string): Node | undefined {
    return this.#nodes.get(name);
  }

  pods(): readonly Pod[] {
    return [...this.#pods.values()];
  }

  pod(uid: string): Pod | undefined {
    return this.#pods.get(uid);
  }

  podsOf(ownerUid: string): readonly Pod[] {
    return [...(this.#byOwner.get(ownerUid)?.values() ?? [])];
  }

  podsOn(nodeName: string): readonly Pod[] {
    return [...(this.#byNode.get(nodeName)?.values() ?? [])];
  }

  /** Pods that have no node yet. */
  unbound(): readonly Pod[] {
    return [...this.#unbound.values()];
  }

  /** Pods with a node that keep others away by a required anti-affinity. */
  repelling(): Iterable<Pod> {
    return this.#repelling.values();
  }

  /** What the pods on the node request together. */
  usedOn(nodeName: string): Resources {
    return this.#used.get(nodeName) ?? NO_RESOURCES;
  }

  freeOn(node: Node): Resources {
    return subtractResources(node.allocatable, this.usedOn(node.name));
  }

  touch(): void {
    this.#version += 1;
  }

  putNode(node: Node): void {
    this.#nodes.set(node.name, node);
    this.#version += 1;
  }

  deleteNode(name: string): void {
    this.#nodes.delete(name);
    this.#version += 1;
  }

  putPod(pod: Pod): void {
    this.#unindex(pod.uid);
    this.#pods.set(pod.uid, pod);
    if (pod.owner !== undefined) bucket(this.#byOwner, pod.owner.uid).set(pod.uid, pod);
    if (pod.nodeName === undefined) {
      this.#unbound.set(pod.uid, pod);
    } else {
      bucket(this.#byNode, pod.nodeName).set(pod.uid, pod);
      if (pod.podAntiAffinity.length > 0) this.#repelling.set(pod.uid, pod);
      if (occupiesNode(pod))
        this.#used.set(pod.nodeName, addResources(this.usedOn(pod.nodeName), pod.requests));
    }
    this.#version += 1;
  }

  deletePod(uid: string): void {
    this.#unindex(uid);
    this.#pods.delete(uid);
    this.#version += 1;
  }

  #unindex(uid: string): void {
    const pod = this.#pods.get(uid);
    if (pod === undefined) return;
    this.#unbound.delete(uid);
    this.#repelling.delete(uid);
    if (pod.owner !== undefined) this.#byOwner.get(pod.owner.uid)?.delete(uid);
    if (pod.nodeName === undefined) return;
    this.#byNode.get(pod.nodeName)?.delete(uid);
    if (occupiesNode(pod))
      this.#used.set(pod.nodeName, subtractResources(this.usedOn(pod.nodeName), pod.requests));
  }
}

function bucket(index: Map<string, Map<string, Pod>>, key: string): Map<string, Pod> {
  const found = index.get(key);
  if (found !== undefined) return found;
  const made = new Map<string, Pod>();
  index.set(key, made);
  return made;
}
