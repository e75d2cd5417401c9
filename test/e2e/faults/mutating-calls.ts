import type { ApiCall } from '../harness/api-gate.ts';
import type { GatePlace, HeldCall } from '../harness/call-gate.ts';
import type { World } from '../harness/world.ts';

const API_KINDS = {
  intent: { method: 'POST', path: /\/scalingoperations$/ },
  progress: { method: 'PUT', path: /\/scalingoperations\// },
  'change of the Node': { method: 'PATCH', path: /^\/api\/v1\/nodes\// },
  'end of the Node': { method: 'DELETE', path: /^\/api\/v1\/nodes\// },
  eviction: { method: 'POST', path: /\/eviction$/ },
} as const;
const EC2_KINDS = ['CreateFleet', 'TerminateInstances'] as const;

type ApiKind = keyof typeof API_KINDS;
export type CallKind = ApiKind | (typeof EC2_KINDS)[number];

/** What a launch changes in the world, in its order. */
export const LAUNCH_CALLS: readonly CallKind[] = [
  'intent',
  'CreateFleet',
  'progress',
  'change of the Node',
  'progress',
];

/** The same of a removal whose node holds one pod that can go. */
export const REMOVAL_CALLS: readonly CallKind[] = [
  'intent',
  'change of the Node',
  'progress',
  'eviction',
  'progress',
  'TerminateInstances',
  'end of the Node',
  'progress',
];

/** Holds the call at this place of a list of calls, counted from now on. */
export function holdCall(
  { gate, proxy }: World,
  calls: readonly CallKind[],
  at: { readonly index: number; readonly where: GatePlace },
): HeldCall {
  const kind = calls[at.index];
  if (kind === undefined) throw new Error(`there is no call ${at.index} of ${calls.length}`);
  if (kind === 'CreateFleet' || kind === 'TerminateInstances') return proxy.hold(kind, at.where);
  const nth = calls.slice(0, at.index + 1).filter((other) => other === kind).length;
  return gate.hold((call) => isOf(kind, call), at.where, nth);
}

/** What operations have changed since then (`performance.now()`), in the order of the calls. */
export function callsSince({ gate, proxy }: World, sinceMs: number): readonly CallKind[] {
  const ofApi = gate.calls.flatMap((call) => {
    const kind = (Object.keys(API_KINDS) as ApiKind[]).find((one) => isOf(one, call));
    return kind === undefined ? [] : [{ kind, atMs: call.atMs }];
  });
  const ofEc2 = EC2_KINDS.flatMap((kind) => proxy.callsOf(kind).map(({ atMs }) => ({ kind, atMs })));
  return [...ofApi, ...ofEc2]
    .filter(({ atMs }) => atMs >= sinceMs)
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ kind }) => kind);
}

/** Every call of a replica since then that changes anything at all, its lease and its events among them. */
export function changesBy(caller: string, { gate, proxy }: World, sinceMs: number): readonly string[] {
  const ofApi = gate.calls
    .filter((call) => call.caller === caller && call.atMs >= sinceMs && call.method !== 'GET')
    .map(({ method, path }) => `${method} ${path}`);
  const ofEc2 = proxy.calls
    .filter((call) => call.caller === caller && call.atMs >= sinceMs && !call.action.startsWith('Describe'))
    .map(({ action }) => action);
  return [...ofApi, ...ofEc2];
}

function isOf(kind: ApiKind, { method, path }: ApiCall): boolean {
  return API_KINDS[kind].method === method && API_KINDS[kind].path.test(path);
}
