import type { V1CSINode } from '@kubernetes/client-node';
import type { Node } from '../../../model/node.ts';
import type { ObjectStore, KubeResource, RawOf } from '../watch.ts';

/** How many volumes of each CSI driver may be attached to a node; drivers without a limit are left out. */
export type AttachLimits = Readonly<Record<string, number>>;

export const csiNodeResource: KubeResource<AttachLimits> = {
  name: 'csinodes',
  path: '/apis/storage.k8s.io/v1/csinodes',
  project: (raw) => {
    const { drivers } = (raw as RawOf<V1CSINode>).spec;
    return Object.fromEntries(
      drivers.flatMap(({ name, allocatable }) =>
        allocatable?.count === undefined ? [] : [[attachResource(name), allocatable.count]],
      ),
    );
  },
};

/** A driver's attachments as a resource of nodes and pods, under the name that older versions of Kubernetes gave it. */
export function attachResource(driver: string): string {
  return `attachable-volumes-csi-${driver}`;
}

/** A node on which nobody has set a limit takes as many as anyone asks for. */
const UNLIMITED = 4096;

/**
 * The nodes with their limits among the allocatable resources, the same objects while nothing changes. Where any node limits a
 * driver, those that say nothing of it have no limit.
 */
export class NodesWithAttachLimits {
  readonly #nodes: ObjectStore<Node>;
  readonly #limits: ObjectStore<AttachLimits>;
  readonly #joined = new Map<Node, { readonly limits: AttachLimits; readonly node: Node }>();

  constructor(nodes: ObjectStore<Node>, limits: ObjectStore<AttachLimits>) {
    this.#nodes = nodes;
    this.#limits = limits;
  }

  list(): readonly Node[] {
    const nodes = [...this.#nodes.values()];
    const unlimited: Record<string, number> = {};
    for (const limits of this.#limits.values())
      for (const name of Object.keys(limits)) unlimited[name] = UNLIMITED;
    if (Object.keys(unlimited).length === 0) return nodes;
    return nodes.map((node) => this.#join(node, { ...unlimited, ...this.#limits.get(node.name) }));
  }

  #join(node: Node, limits: AttachLimits): Node {
    const known = this.#joined.get(node);
    if (known !== undefined && areEqual(known.limits, limits)) return known.node;
    const extended = { ...node.allocatable.extended, ...limits };
    const joined = { ...node, allocatable: { ...node.allocatable, extended } };
    for (const old of this.#joined.keys()) if (this.#nodes.get(old.name) !== old) this.#joined.delete(old);
    this.#joined.set(node, { limits, node: joined });
    return joined;
  }
}

function areEqual(a: AttachLimits, b: AttachLimits): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
