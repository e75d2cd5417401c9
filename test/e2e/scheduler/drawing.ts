import type { Offering } from '../../../src/model/offering.ts';
import type { RandomStream } from '../../../src/simulate/base/random-stream.ts';
import type { KubeObject } from '../harness/kube-client.ts';

/** A container as far as the scheduler looks at it. */
export interface DraftContainer {
  name: string;
  image: string;
  restartPolicy?: 'Always';
  resources?: {
    requests?: Record<string, string>;
    limits?: Record<string, string>;
  };
  ports?: Record<string, unknown>[];
}

/** A pod's spec in the making: traits add to it. */
export interface DraftSpec {
  containers: [DraftContainer, ...DraftContainer[]];
  initContainers?: DraftContainer[];
  resources?: { requests: Record<string, string> };
  runtimeClassName?: string;
  priorityClassName?: string;
  hostNetwork?: boolean;
  nodeSelector?: Record<string, string>;
  affinity?: {
    nodeAffinity?: Record<string, unknown>;
    podAffinity?: Record<string, unknown>;
    podAntiAffinity?: Record<string, unknown>;
  };
  tolerations?: Record<string, unknown>[];
  topologySpreadConstraints?: Record<string, unknown>[];
  volumes?: Record<string, unknown>[];
}

/** An application in the making: equal pods, as a Deployment would make them. */
export interface Draft {
  readonly app: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly replicas: number;
  readonly spec: DraftSpec;
  /** What made the pods; `undefined`: a person did. */
  readonly owner: 'ReplicaSet' | 'StatefulSet' | undefined;
  /** The pods' annotations. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Its disruption budget's one limit; `undefined`: it has none. */
  readonly budget: Readonly<Record<string, number | string>> | undefined;
  readonly traits: readonly string[];
}

/** What is being drawn so far. */
export interface Drawing {
  readonly chance: RandomStream;
  readonly offerings: readonly Offering[];
  /** Applications that are finished. */
  readonly drafts: readonly Draft[];
  /** Volumes and claims; traits add theirs. */
  readonly volumes: KubeObject[];
}

/** One thing that a pod may ask for. */
export interface Trait {
  readonly name: string;
  /** How many of a hundred applications get it. */
  readonly percent: number;
  readonly apply: (draft: Draft, drawing: Drawing) => void;
}

export const ZONE = 'topology.kubernetes.io/zone';
export const HOSTNAME = 'kubernetes.io/hostname';
export const TYPE = 'node.kubernetes.io/instance-type';
export const ARCH = 'kubernetes.io/arch';
export const LIFECYCLE = 'smartscale.dev/lifecycle';

/** One of a list that is not empty. */
export function oneOf<T>(chance: RandomStream, list: readonly [T, ...T[]]): T {
  return chance.pick(list) ?? list[0];
}

export function isDrawn(chance: RandomStream, percent: number): boolean {
  return chance.next() * 100 < percent;
}

/** A value of an offering, as the label of its node has it. */
export function offeringValue(
  { chance, offerings }: Drawing,
  key: typeof ZONE | typeof TYPE | typeof ARCH | typeof LIFECYCLE,
): string {
  const offering = chance.pick(offerings);
  if (offering === undefined) throw new Error('no offering was drawn');
  switch (key) {
    case ZONE:
      return offering.zone;
    case TYPE:
      return offering.type;
    case ARCH:
      return offering.arch;
    case LIFECYCLE:
      return offering.lifecycle;
  }
}
