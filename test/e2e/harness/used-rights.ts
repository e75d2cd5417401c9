import type { AuditedCall } from './audit-log.ts';
import type { KubeObject } from './kube-client.ts';

/** One verb on one resource that a role gives: the smallest thing that could be left out. */
export interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  /** Where it holds; `undefined`: in the whole cluster. */
  readonly namespace: string | undefined;
  /** The one object that it holds for; `undefined`: for all. */
  readonly name: string | undefined;
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** The rights that Roles and ClusterRoles give. */
export function rightsGiven(roles: readonly KubeObject[]): readonly Right[] {
  return roles.flatMap((role) =>
    (role['rules'] as readonly Rule[]).flatMap((rule) => rightsOf(rule, role.metadata.namespace)),
  );
}

function rightsOf(rule: Rule, namespace: string | undefined): readonly Right[] {
  const names = rule.resourceNames ?? [undefined];
  return rule.apiGroups.flatMap((group) =>
    rule.resources.flatMap((resource) =>
      names.flatMap((name) => rule.verbs.map((verb) => ({ verb, group, resource, namespace, name }))),
    ),
  );
}

/** Whether the call needed the right. The API server names a list or watch by its `metadata.name` selector, too. */
export function needs(call: AuditedCall, right: Right): boolean {
  return (
    call.verb === right.verb &&
    call.group === right.group &&
    call.resource === right.resource &&
    (right.namespace === undefined || right.namespace === call.namespace) &&
    (right.name === undefined || right.name === call.name)
  );
}

/** A right for people: `patch smartscale.dev/nodefleets/status production in smartscale`. */
export function rightText({ verb, group, resource, namespace, name }: Right): string {
  const what = group === '' ? resource : `${group}/${resource}`;
  return [verb, what, name, namespace === undefined ? undefined : `in ${namespace}`]
    .filter((part) => part !== undefined)
    .join(' ');
}
