import { byKind, type EventOf } from '../../../events/reporter.ts';
import { exactCost, fleetCost } from '../../../model/fleet-cost.ts';
import { isAlive } from '../../../model/instance.ts';
import { isAdmitted } from '../../../model/node.ts';
import type { PolicyDocument } from '../../../model/policy-document.ts';
import type { PolicyIdentity } from '../../../model/policy-identity.ts';
import { NO_POLICY, POLICY_MISSING } from '../../../model/reason.ts';
import type { Snapshot } from '../../../model/snapshot.ts';
import type { ReportEvent } from '../../../ports.ts';
import { kubeTime } from '../client.ts';
import { decisionMeaning, decisionText } from './decision-summary.ts';
import { conditionsOf, shortDigest } from './fleet-conditions.ts';
import type { AcceptedPolicy, NodeFleetStatus, RejectedPolicy } from './node-fleet-resource.ts';

/** More are seldom read, and the object must stay small. */
const MAX_FAULTS = 20;

/** How soon a change of the status should be written. */
export type Urgency = 'at once' | 'soon' | 'never';

/** Turns reports into a NodeFleet's status, going on from the status that an earlier process left. */
export class NodeFleetDraft {
  #before: NodeFleetStatus;
  #accepted: AcceptedPolicy | undefined;
  #rejected: RejectedPolicy | undefined;
  #missing: string | undefined;
  #observedGeneration: number | undefined;
  #nodes: NodeFleetStatus['nodes'];
  #costUsdPerHour: string | undefined;
  #lastDecision: NodeFleetStatus['lastDecision'];
  #meaning: string | undefined;
  #fleetUnknown: string | undefined;
  #isSuspended = false;
  #deviations: readonly string[] | undefined;

  constructor(before: NodeFleetStatus) {
    this.#before = before;
    this.#accepted = before.policy?.accepted;
    this.#rejected = before.policy?.rejected;
    this.#observedGeneration = before.observedGeneration;
    this.#nodes = before.nodes;
    this.#costUsdPerHour = before.costUsdPerHour;
    this.#lastDecision = before.lastDecision;
  }

  /** Takes a report up. What changes with every round is told `soon`, what people wait for `at once`. */
  readonly take: (event: ReportEvent) => Urgency = byKind<Urgency>(
    {
      decision: (event) => {
        this.#decide(event);
        return 'soon';
      },
      'policy-accepted': (event) => {
        this.#accept(event);
        return 'at once';
      },
      'policy-restated': ({ document, identity, atMs }) => {
        this.#observe(document);
        this.#hold(document, identity, atMs);
        return 'at once';
      },
      'policy-rejected': (event) => {
        this.#reject(event);
        return 'at once';
      },
      notice: ({ reason }) => {
        if (reason.code !== NO_POLICY && reason.code !== POLICY_MISSING) return 'never';
        this.#missing = reason.text;
        return 'at once';
      },
    },
    'never',
  );

  /** The status as it is to stand in the object; what is unknown is absent, never zero. */
  status(nowMs: number): NodeFleetStatus {
    const conditions = conditionsOf(
      {
        accepted: this.#accepted,
        rejected: this.#rejected,
        missing: this.#missing,
        nodes: this.#nodes,
        fleetUnknown: this.#fleetUnknown,
        isSuspended: this.#isSuspended,
        deviations: this.#deviations,
        observedGeneration: this.#observedGeneration,
      },
      this.#before.conditions ?? [],
      nowMs,
    );
    const status: NodeFleetStatus = {
      ...defined('observedGeneration', this.#observedGeneration),
      conditions,
      policy: { ...defined('accepted', this.#accepted), ...defined('rejected', this.#rejected) },
      ...defined('nodes', this.#nodes),
      ...defined('costUsdPerHour', this.#costUsdPerHour),
      ...defined('lastDecision', this.#lastDecision),
    };
    this.#before = status;
    return status;
  }

  #accept({ document, identity, bounds, isSuspended = false, atMs }: EventOf<'policy-accepted'>): void {
    this.#isSuspended = isSuspended;
    this.#nodes = { ...this.#nodes, min: bounds.minNodes, max: bounds.maxNodes };
    // A policy taken up again from this very status: no generation of the object was judged by that.
    if (document.reference === undefined && this.#accepted !== undefined) {
      const { digest } = identity;
      this.#accepted = { ...this.#accepted, digest, shortDigest: shortDigest(digest) };
      return;
    }
    this.#observe(document);
    this.#hold(document, identity, atMs);
  }

  #reject({ document, faults, atMs }: EventOf<'policy-rejected'>): void {
    const was = this.#rejected;
    this.#observe(document);
    const more = faults.length - MAX_FAULTS;
    const configMap = document.reference?.configMap;
    this.#rejected = {
      ...defined('revision', document.revision),
      since: was !== undefined && was.configMap === configMap ? was.since : kubeTime(atMs),
      ...defined('configMap', configMap),
      faults: [...faults.slice(0, MAX_FAULTS), ...(more > 0 ? [`and ${more} more`] : [])],
    };
  }

  /** There is a policy, and its place was judged. */
  #observe({ reference }: PolicyDocument): void {
    this.#missing = undefined;
    this.#rejected = undefined;
    this.#observedGeneration = reference?.generation ?? this.#observedGeneration;
  }

  #hold({ text, reference }: PolicyDocument, { digest, revision }: PolicyIdentity, atMs: number): void {
    const was = this.#accepted;
    const isSame = was?.digest === digest && was.revision === revision;
    this.#accepted = {
      digest,
      shortDigest: shortDigest(digest),
      ...defined('revision', revision),
      since: isSame ? was.since : kubeTime(atMs),
      ...defined('configMap', reference?.configMap),
      text,
    };
  }

  #decide({ plan, snapshot }: EventOf<'decision'>): void {
    const { min, max } = this.#nodes ?? {};
    this.#nodes = {
      desired: plan.desiredNodes,
      current: plan.currentNodes,
      ready: snapshot.nodes.filter((node) => isReadyWorker(node)).length,
      ...defined('spot', spotOf(snapshot)),
      ...defined('min', min),
      ...defined('max', max),
    };
    this.#deviations = (plan.deviations ?? []).map(({ text }) => text);
    this.#costUsdPerHour = costOf(snapshot);
    this.#fleetUnknown = snapshot.instances.status === 'unknown' ? snapshot.instances.why : undefined;
    const meaning = decisionMeaning(plan);
    if (meaning === this.#meaning) return;
    this.#meaning = meaning;
    this.#lastDecision = { id: plan.decisionId, at: kubeTime(plan.decidedAtMs), reason: decisionText(plan) };
  }
}

function isReadyWorker(node: Snapshot['nodes'][number]): boolean {
  const isOurs = !node.isControlPlane && node.instanceId !== undefined;
  return isOurs && node.isReady && isAdmitted(node) && !node.isUnschedulable;
}

function spotOf({ instances }: Snapshot): number | undefined {
  if (instances.status === 'unknown') return undefined;
  return instances.value.filter((instance) => isAlive(instance) && instance.lifecycle === 'spot').length;
}

/** A status has room for one figure, so it shows the cost where it is exact and none where a price is unknown. */
function costOf({ instances }: Snapshot): string | undefined {
  return instances.status === 'unknown' ? undefined : exactCost(fleetCost(instances.value))?.toFixed(4);
}

/** The property, or none: the API server knows no `undefined`, and types here know none either. */
function defined<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: V });
}
