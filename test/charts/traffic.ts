import {
  type Generated,
  isSelectedBy,
  type Labels,
  type Manifest,
  podTemplateOf,
} from './generated-objects.ts';

/** A pod on the cluster's network. */
export interface Endpoint {
  readonly namespace: string;
  readonly labels: Labels;
}

/** The pods of the workload with this name. Those on the network of their machine are beyond NetworkPolicies. */
export function endpointOf(objects: readonly Generated[], name: string): Endpoint {
  const found = objects.find(
    ({ object }) => podTemplateOf(object) !== undefined && object.metadata.name === name,
  );
  if (found === undefined) throw new Error(`there is no workload ${name}`);
  const { metadata, spec } = podTemplateOf(found.object);
  if (spec.hostNetwork === true) throw new Error(`${name} is on the network of its machine`);
  return { namespace: found.object.metadata.namespace, labels: metadata.labels };
}

/** Whether the NetworkPolicies let the one open a TCP connection to the other: both sides must allow it. */
export function canReach(objects: readonly Generated[], from: Endpoint, to: Endpoint, port: number): boolean {
  const policies: readonly Manifest[] = objects
    .map(({ object }) => object)
    .filter((object) => object.kind === 'NetworkPolicy');
  const isAllowed = (direction: 'Ingress' | 'Egress', self: Endpoint, other: Endpoint) => {
    const own = policies.filter(
      ({ metadata, spec }) =>
        metadata.namespace === self.namespace &&
        spec.policyTypes.includes(direction) &&
        isSelectedBy(spec.podSelector.matchLabels ?? {}, self.labels),
    );
    const rules = own.flatMap(({ spec }) => (spec[direction.toLowerCase()] ?? []) as readonly Manifest[]);
    const isPeer = (peer: Manifest) => isPeerOf(peer, self, other);
    return (
      own.length === 0 ||
      rules.some((rule) => isPort(rule, port) && (rule.from ?? rule.to ?? [{}]).some(isPeer))
    );
  };
  return isAllowed('Egress', from, to) && isAllowed('Ingress', to, from);
}

function isPort({ ports }: Manifest, port: number): boolean {
  return ports === undefined || ports.some((one: Manifest) => one.port === port && one.protocol === 'TCP');
}

/** An empty peer is anybody. One that names no namespace means the policy's own; one of addresses means no pod here. */
function isPeerOf(
  { ipBlock, namespaceSelector, podSelector }: Manifest,
  self: Endpoint,
  other: Endpoint,
): boolean {
  if (ipBlock !== undefined) return false;
  const isNamespace =
    podSelector !== undefined && namespaceSelector === undefined
      ? other.namespace === self.namespace
      : isSelectedBy(namespaceSelector?.matchLabels ?? {}, {
          'kubernetes.io/metadata.name': other.namespace,
        });
  return isNamespace && isSelectedBy(podSelector?.matchLabels ?? {}, other.labels);
}
