import type { Instance } from '../../src/model/instance.ts';
import type { Node } from '../../src/model/node.ts';
import type { Offering } from '../../src/model/offering.ts';
import type { LaunchOperation, RemoveOperation } from '../../src/model/operation.ts';
import type { Resources } from '../../src/model/resources.ts';

/** What a t3.small offers to pods. */
export const SMALL: Resources = { cpuMillis: 1900, memoryMiB: 1400, pods: 110 };

const ZONE = 'ap-southeast-1a';

/** A ready on-demand t3.small worker named after its instance. */
export function aNode(parts: Partial<Node> = {}): Node {
  const name = parts.name ?? 'i-1';
  const zone = parts.zone ?? ZONE;
  const lifecycle = parts.lifecycle ?? 'on-demand';
  return {
    name,
    uid: `uid-${name}`,
    instanceId: name,
    zone,
    type: 't3.small',
    lifecycle,
    labels: {
      'kubernetes.io/hostname': name,
      'topology.kubernetes.io/zone': zone,
      'node.kubernetes.io/instance-type': 't3.small',
      'smartscale.dev/lifecycle': lifecycle,
    },
    taints: [],
    allocatable: SMALL,
    isReady: true,
    readyChangedAtMs: 0,
    isUnschedulable: false,
    isControlPlane: false,
    doNotDisrupt: false,
    cordonedBy: undefined,
    createdAtMs: 0,
    ...parts,
  };
}

/** The running instance behind a node of the same name. */
export function anInstance(parts: Partial<Instance> = {}): Instance {
  return {
    id: 'i-1',
    type: 't3.small',
    zone: ZONE,
    lifecycle: 'on-demand',
    state: 'running',
    launchedAtMs: 0,
    operationId: undefined,
    priceUsdPerHour: 0.0264,
    ...parts,
  };
}

export function anOffering(parts: Partial<Offering> = {}): Offering {
  return {
    type: 't3.small',
    zone: ZONE,
    lifecycle: 'on-demand',
    arch: 'amd64',
    priceUsdPerHour: 0.0264,
    allocatable: SMALL,
    ...parts,
  };
}

/** t3.small and t3a.small in two zones, spot and on-demand: the shipped policy's catalogue. */
export function offerings(): readonly Offering[] {
  const prices = {
    't3.small': { 'on-demand': 0.0264, spot: 0.0079 },
    't3a.small': { 'on-demand': 0.0236, spot: 0.0086 },
  } as const;
  return (['t3.small', 't3a.small'] as const).flatMap((type) =>
    [ZONE, 'ap-southeast-1b'].flatMap((zone) =>
      (['on-demand', 'spot'] as const).map((lifecycle) =>
        anOffering({ type, zone, lifecycle, priceUsdPerHour: prices[type][lifecycle] }),
      ),
    ),
  );
}

const POLICY = { digest: `sha256:${'0'.repeat(64)}`, revision: undefined };

export function aLaunch(parts: Partial<LaunchOperation> = {}): LaunchOperation {
  return {
    kind: 'launch',
    id: 'op-1',
    decisionId: 'd-1',
    policy: POLICY,
    reasons: [],
    createdAtMs: 0,
    deadlineMs: 300_000,
    step: 'intended',
    offerings: [`t3.small/${ZONE}/on-demand`],
    attempt: 1,
    faults: [],
    nominatedPods: [],
    startsCooldown: false,
    ...parts,
  };
}

export function aRemoval(parts: Partial<RemoveOperation> = {}): RemoveOperation {
  return {
    kind: 'remove',
    id: 'op-2',
    decisionId: 'd-1',
    policy: POLICY,
    reasons: [],
    createdAtMs: 0,
    deadlineMs: 300_000,
    step: 'intended',
    nodeName: 'i-1',
    instanceId: 'i-1',
    graceLimitSeconds: 60,
    ...parts,
  };
}
