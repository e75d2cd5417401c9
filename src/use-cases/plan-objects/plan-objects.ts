import { recordedView, UnreadableObject } from '../../adapters/kubernetes/read.ts';
import { listOfferings } from '../../catalogue/list-offerings.ts';
import { PRICES_AS_OF } from '../../catalogue/list-price.ts';
import { decide } from '../../decide/decide.ts';
import type { Instance } from '../../model/instance.ts';
import type { Node } from '../../model/node.ts';
import { type Offering, offeringKey } from '../../model/offering.ts';
import type { Plan } from '../../model/plan.ts';
import { type Signal, unknownSignal, unknownUtilization, type Utilization } from '../../model/signal.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { parsePolicy } from '../../policy/parse-policy.ts';
import type { PolicyInForce } from '../../policy/policy-in-force.ts';
import type { Policy } from '../../policy/policy-schema.ts';
import type { ClusterView } from '../../ports.ts';
import { CommandError } from '../command-error.ts';
import { validPolicy } from '../files/read-policy-file.ts';
import { readTextFile } from '../files/read-text-file.ts';
import { SHIPPED_POLICY } from '../files/shipped-file.ts';
import { readObjects } from './read-objects.ts';

/** A dump to decide on. */
export interface ObjectsQuestion {
  /** File of Kubernetes objects; `-` reads standard input. */
  readonly objects: string;
  /** @default the shipped policy */
  readonly policy?: string;
  /** The time at which the dump was taken, in milliseconds since 1970; pods' and nodes' ages are judged by it. */
  readonly atMs: number;
  /** Mean load of the workers for as long as any window lasts, 0..100. @default unknown */
  readonly cpuPercent?: number;
  readonly memoryPercent?: number;
}

/** What would be decided; `notes` are for people. */
export interface ObjectsAnswer {
  readonly plan: Plan;
  readonly snapshot: Snapshot;
  readonly inForce: PolicyInForce;
  readonly notes: readonly string[];
}

/**
 * Decides once on a dump of a cluster, without a connection: objects are read as a live cluster's are, and taken to have stood so for
 * long; workers are the Nodes that came from EC2 or carry our lifecycle label, what can be bought is the catalogue's. There is no
 * ledger, so nothing cools down.
 * @throws CommandError when a file cannot be read, or the policy is not valid
 */
export async function planObjects(question: ObjectsQuestion): Promise<ObjectsAnswer> {
  const inForce = await policyOf(question.policy ?? SHIPPED_POLICY);
  const { objects, notes } = await readObjects(question.objects);
  const { view, ignored } = readView(objects, question);
  const snapshot = snapshotOf(view, inForce.policy, question);
  const workers = snapshot.instances.status === 'known' ? snapshot.instances.value.length : 0;
  const more = [
    ...[...ignored].map(([kind, n]) => `not looked at: ${n} × ${kind}`),
    ...(workers === 0 ? ['no Node is a worker: none has a provider id of AWS or our labels'] : []),
    `Prices are the shipped table's, of ${PRICES_AS_OF.onDemand} (spot ${PRICES_AS_OF.spot}).`,
  ];
  const plan = decide(inForce, asLasting(snapshot, decide(inForce, snapshot, question.atMs)), question.atMs);
  return { plan, snapshot, inForce, notes: [...notes, ...more] };
}

/** A dump stands for a state that lasts: a node that is not needed in it was not needed for long. */
function asLasting(snapshot: Snapshot, { unneeded }: Plan): Snapshot {
  if (unneeded === undefined) return snapshot;
  const sinceMs = Object.fromEntries(Object.keys(unneeded.sinceMs).map((name) => [name, 0]));
  return { ...snapshot, unneeded: { ...unneeded, sinceMs, spareSinceMs: 0 } };
}

async function policyOf(file: string): Promise<PolicyInForce> {
  const { policy, digest } = validPolicy(file, parsePolicy(await readTextFile(file)));
  return { policy, identity: { digest, revision: undefined } };
}

function readView(
  objects: Parameters<typeof recordedView>[0],
  { objects: file, atMs }: ObjectsQuestion,
): ReturnType<typeof recordedView> {
  try {
    return recordedView(objects, { now: () => atMs });
  } catch (cause) {
    if (!(cause instanceof UnreadableObject)) throw cause;
    throw new CommandError(`${file}: ${cause.message}: dump it again with kubectl, or correct it there`, {
      cause,
    });
  }
}

function snapshotOf(view: ClusterView, policy: Policy, question: ObjectsQuestion): Snapshot {
  const { types, zones } = policy.instances;
  const workers = view.nodes.flatMap(workerOf);
  const workerNodes = new Map(workers.map(({ node }) => [node.name, node]));
  const offerings = listOfferings(types, zones);
  return {
    ...view,
    takenAtMs: question.atMs,
    nodes: view.nodes.map((node) => workerNodes.get(node.name) ?? node),
    instances: { status: 'known', value: workers.map(({ node, id }) => instanceOf(node, id, offerings)) },
    interruptions: [],
    offerings,
    utilization: utilizationOf(policy, question),
    operations: [],
  };
}

/** A Node that came from EC2, or says by our label how it was bought; then its name stands for its machine's id. */
function workerOf(node: Node): readonly { readonly node: Node; readonly id: string }[] {
  const { instanceId, isControlPlane, lifecycle, name } = node;
  if (isControlPlane || (instanceId === undefined && lifecycle === undefined)) return [];
  const id = instanceId ?? name;
  return [{ node: { ...node, instanceId: id }, id }];
}

/** The machine behind a worker's Node: it runs, and a launch of ours made it. */
function instanceOf(
  { type = 'unknown', zone = 'unknown', lifecycle = 'on-demand', createdAtMs }: Node,
  id: string,
  offerings: readonly Offering[],
): Instance {
  const key = offeringKey({ type, zone, lifecycle });
  const offered = offerings.find((offering) => offeringKey(offering) === key);
  const [listed] = offered === undefined ? listOfferings([type], [zone]) : [offered];
  return {
    id,
    type,
    zone,
    lifecycle,
    state: 'running',
    launchedAtMs: createdAtMs,
    operationId: `dump-${id}`,
    priceUsdPerHour: listed?.priceUsdPerHour,
  };
}

function utilizationOf(
  { utilization }: Policy,
  { atMs, cpuPercent, memoryPercent }: ObjectsQuestion,
): Utilization {
  const stepMs = utilization.scrapeIntervalSeconds * 1000;
  const windowMs = Math.max(utilization.upWindowSeconds, utilization.downWindowSeconds) * 1000;
  const steady = (percent: number | undefined, flag: string): Signal =>
    percent === undefined
      ? unknownSignal(`a dump of objects does not tell it: give ${flag}`)
      : { status: 'known', samples: samplesOf(percent, { atMs, stepMs, windowMs }), stepMs, coverage: 1 };
  return {
    ...unknownUtilization('a dump of objects does not tell it'),
    cpuPercent: steady(cpuPercent, '--cpu-percent'),
    memoryPercent: steady(memoryPercent, '--memory-percent'),
  };
}

function samplesOf(
  value: number,
  { atMs, stepMs, windowMs }: { readonly atMs: number; readonly stepMs: number; readonly windowMs: number },
): readonly { readonly atMs: number; readonly value: number }[] {
  const count = Math.ceil(windowMs / stepMs) + 1;
  return Array.from({ length: count }, (_, i) => ({ atMs: atMs - (count - 1 - i) * stepMs, value }));
}
