import type { Logger } from 'pino';
import { FilePolicySource } from '../adapters/file/file-policy-source.ts';
import type { EventObject } from '../adapters/kubernetes/events.ts';
import {
  NODE_FLEET,
  type NodeFleetPolicySource,
  type NodeFleetRef,
  NodeFleetStatusWriter,
} from '../adapters/kubernetes/policy.ts';
import type { Reflector, ReflectorStats } from '../adapters/kubernetes/watch.ts';
import type { Clock, Leadership, PolicySource, PortError, Reporter } from '../ports.ts';
import type { LiveCluster } from './live-cluster.ts';
import { settledFlag } from './settled-flag.ts';

export interface PolicyChoice {
  readonly clusterName: string;
  /** Where the NodeFleet and the policy's ConfigMap are. */
  readonly namespace: string;
  /** The NodeFleet that names the policy. @default the cluster's name */
  readonly nodeFleet?: string;
  /** A watched file in the place of what the NodeFleet names; its status is then left alone. */
  readonly policy?: string;
}

export interface PolicyWorld {
  readonly live: LiveCluster;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Ends whatever runs for the policy. */
  readonly signal: AbortSignal;
}

/** Where a process has its policy from, and how it says there what became of it. */
export interface PolicyPart {
  readonly source: PolicySource;
  /** Whether the source has been asked at all. */
  isSynced(): boolean;
  /** What keeps it from being asked, for people; `undefined`: nothing that is known. */
  fault(): string | undefined;
  /** What events about the fleet as a whole are attached to. */
  fleetObject(): EventObject;
  /** Who answers where the policy came from, while that replica leads. */
  answerers(leadership: Leadership): readonly Reporter[];
  /** The mirrors behind the source, by kind. */
  stats(): Readonly<Record<string, ReflectorStats>>;
  staleStores(): readonly string[];
}

/** Throws a configuration `PortError` when the policy file cannot be read. */
export async function openPolicy(choice: PolicyChoice, world: PolicyWorld): Promise<PolicyPart> {
  const { namespace, clusterName, nodeFleet: name = clusterName, policy } = choice;
  const fleet = { namespace, name };
  if (policy === undefined) return fleetPolicy(fleet, world);
  const source = await FilePolicySource.open(policy, world.clock);
  void source.follow(world.signal);
  return {
    source,
    isSynced: () => true,
    fault: () => undefined,
    fleetObject: () => ({ ...NODE_FLEET, ...fleet }),
    answerers: () => [],
    stats: () => ({}),
    staleStores: () => [],
  };
}

function fleetPolicy(fleet: NodeFleetRef, { live, clock, logger, signal }: PolicyWorld): PolicyPart {
  const source = live.policyOf(fleet);
  return {
    source,
    isSynced: settledFlag(source.synced(signal)),
    fault: () => source.reflectors().find(({ fault }) => fault !== undefined)?.fault,
    fleetObject: () => objectOf(fleet, source),
    answerers: (leadership) => {
      const writer = new NodeFleetStatusWriter({
        ref: fleet,
        transport: live.transport,
        clock,
        leadership,
        present: () => source.fleet?.status,
        random: Math.random,
        onFailure: withoutRepeats((error) =>
          logger.warn({ code: error.code }, `the NodeFleet's status cannot be written: ${error.message}`),
        ),
      });
      void writer.run(signal);
      return [writer];
    },
    stats: () => byKind(source.reflectors(), (reflector) => reflector.stats()),
    staleStores: () =>
      source
        .reflectors()
        .filter((reflector) => reflector.isStale())
        .map(({ resource }) => resource.name),
  };
}

/** With its uid where it is known: `kubectl describe` shows only events that carry it. */
function objectOf(fleet: NodeFleetRef, source: NodeFleetPolicySource): EventObject {
  const uid = source.fleet?.uid;
  return { ...NODE_FLEET, ...fleet, ...(uid === undefined ? {} : { uid }) };
}

function byKind<T>(
  reflectors: readonly Reflector<unknown>[],
  valueOf: (reflector: Reflector<unknown>) => T,
): Readonly<Record<string, T>> {
  return Object.fromEntries(reflectors.map((reflector) => [reflector.resource.name, valueOf(reflector)]));
}

/** A lasting failure is reported once, until another kind of failure occurs. */
function withoutRepeats(notify: (error: PortError) => void): (error: PortError) => void {
  let last: string | undefined;
  return (error) => {
    if (error.code !== last) notify(error);
    last = error.code;
  };
}
