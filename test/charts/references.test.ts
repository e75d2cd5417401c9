import { describe, expect, it } from '@jest/globals';
import { CLUSTERS } from '../../charts/clusters.ts';
import {
  type Generated,
  isSelectedBy,
  type Labels,
  type Manifest,
  objectsOfCluster,
  podTemplateOf,
} from './generated-objects.ts';

/** What a cluster has without us: `kube-system` is K3s's, and these classes are in every cluster. */
const BUILT_IN_PRIORITIES = ['system-cluster-critical', 'system-node-critical'];

describe.each(CLUSTERS.map(({ name }) => name))('what objects of %s refer to', (cluster) => {
  const all = objectsOfCluster(cluster);
  const pods = all.flatMap((generated) => {
    const template = podTemplateOf(generated.object);
    return template === undefined ? [] : [{ ...generated, template }];
  });
  const there = new Set(
    all.map(({ object: { kind, metadata } }) => key(kind, metadata.namespace, metadata.name)),
  );
  const isThere = (kind: string, namespace: string | undefined, name: string) =>
    there.has(key(kind, namespace, name));
  const ofKind = (...kinds: readonly string[]) => all.filter(({ object }) => kinds.includes(object.kind));
  const selectsPods = (namespace: string, labels: Labels) =>
    pods.some(
      ({ object, template }) =>
        object.metadata.namespace === namespace && isSelectedBy(labels, template.metadata.labels),
    );

  /** Without an account of its own a pod has the namespace's default one, and then it must not get its token. */
  const accountFault = (metadata: Manifest, spec: Manifest): readonly string[] => {
    const name: string | undefined = spec.serviceAccountName;
    if (name === undefined) {
      return spec.automountServiceAccountToken === false ? [] : [`${metadata.name}: the default account`];
    }
    return isThere('ServiceAccount', metadata.namespace, name) ? [] : [`${metadata.name}: account ${name}`];
  };

  it('is there: accounts, ConfigMaps, priorities', () => {
    const missing = pods.flatMap(({ object: { metadata }, template: { spec } }) => {
      const mounted: readonly string[] = (spec.volumes ?? [])
        .map((volume: Manifest) => volume.configMap?.name)
        .filter((name: string | undefined) => name !== undefined);
      const priorities = [spec.priorityClassName as string | undefined].filter(
        (name) => name !== undefined && !BUILT_IN_PRIORITIES.includes(name),
      );
      return [
        ...accountFault(metadata, spec),
        ...mounted
          .filter((name) => !isThere('ConfigMap', metadata.namespace, name))
          .map((name) => `${metadata.name}: ConfigMap ${name}`),
        ...priorities
          .filter((name) => !isThere('PriorityClass', undefined, name ?? ''))
          .map((name) => `${metadata.name}: PriorityClass ${name}`),
      ];
    });
    expect(missing).toEqual([]);
    expect(pods.length).toBeGreaterThan(3);
  });

  it('is there: roles and whom they are given to', () => {
    const bindings = ofKind('RoleBinding', 'ClusterRoleBinding');
    expect(bindings.length).toBeGreaterThan(3);
    const isWhole = ({ object: { metadata, roleRef, subjects } }: Generated) =>
      isThere(roleRef.kind, roleRef.kind === 'Role' ? metadata.namespace : undefined, roleRef.name) &&
      subjects.every(
        (subject: Manifest) =>
          subject.kind === 'ServiceAccount' && isThere('ServiceAccount', subject.namespace, subject.name),
      );
    expect(bindings.filter((binding) => !isWhole(binding)).map(nameOf)).toEqual([]);
  });

  it('selects pods that are there: Services, policies and budgets', () => {
    const selectorOf = ({ kind, spec }: Manifest): Labels =>
      ({
        Service: spec.selector,
        NetworkPolicy: spec.podSelector?.matchLabels,
        PodDisruptionBudget: spec.selector?.matchLabels,
      })[kind as string] ?? {};
    const selecting = ofKind('Service', 'NetworkPolicy', 'PodDisruptionBudget').filter(
      ({ object }) => Object.keys(selectorOf(object)).length > 0,
    );
    expect(selecting.length).toBeGreaterThan(5);
    expect(
      selecting
        .filter(({ object }) => !selectsPods(object.metadata.namespace, selectorOf(object)))
        .map(nameOf),
    ).toEqual([]);
  });

  it('are ports by names that the pods have', () => {
    const faults = ofKind('Service').flatMap((service) => {
      const { spec, metadata } = service.object;
      const names = pods
        .filter(
          ({ object, template }) =>
            object.metadata.namespace === metadata.namespace &&
            isSelectedBy(spec.selector ?? {}, template.metadata.labels),
        )
        .flatMap(({ template }) => template.spec.containers as readonly Manifest[])
        .flatMap((container) => (container.ports ?? []) as readonly Manifest[])
        .flatMap((port) => [port.name, port.containerPort] as unknown[]);
      return (spec.ports as readonly Manifest[])
        .filter((port) => !names.includes(port.targetPort))
        .map((port) => `${nameOf(service)} ${port.targetPort}`);
    });
    expect(faults).toEqual([]);
  });
});

function key(kind: string, namespace: string | undefined, name: string): string {
  return `${kind} ${namespace ?? ''}/${name}`;
}

function nameOf({ path, object: { kind, metadata } }: Generated): string {
  return `${path}: ${key(kind, metadata.namespace, metadata.name)}`;
}
