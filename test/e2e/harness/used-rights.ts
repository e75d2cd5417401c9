import type { ApiCall } from './api-gate.ts';
import type { KubeObject } from './kube-client.ts';

/** `group/resource:verb`, the core group as an empty string; a subresource belongs to the resource. */
export type Right = string;

const PATH =
  /^\/(?:api|apis\/(?<group>[^/]+))\/[^/]+(?:\/namespaces\/[^/]+(?=\/[^/]+))?\/(?<resource>[^/]+)(?:\/(?<name>[^/]+))?(?:\/(?<sub>[^/]+))?$/;

/** The rights that these calls needed; calls to other paths (versions, health) need none of ours. */
export function rightsUsed(calls: readonly ApiCall[]): ReadonlySet<Right> {
  return new Set(
    calls.flatMap((call) => {
      const parts = PATH.exec(call.path)?.groups;
      if (parts === undefined) return [];
      const resource =
        parts['sub'] === undefined ? parts['resource'] : `${parts['resource']}/${parts['sub']}`;
      return [`${parts['group'] ?? ''}/${resource}:${verbOf(call, parts['name'] !== undefined)}`];
    }),
  );
}

/** The rights that roles give. */
export function rightsGiven(roles: readonly KubeObject[]): ReadonlySet<Right> {
  const rules = roles.flatMap(
    (role) =>
      role['rules'] as readonly Readonly<Record<'apiGroups' | 'resources' | 'verbs', readonly string[]>>[],
  );
  return new Set(
    rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${group}/${resource}:${verb}`)),
      ),
    ),
  );
}

function verbOf(call: ApiCall, isNamed: boolean): string {
  switch (call.method) {
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return 'delete';
    default:
      if (call.isWatch) return 'watch';
      return isNamed ? 'get' : 'list';
  }
}
