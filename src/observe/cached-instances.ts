import type { Instance } from '../model/instance.ts';
import type { Node } from '../model/node.ts';
import type { Operation } from '../model/operation.ts';
import type { Known } from '../model/snapshot.ts';
import { type Clock, type Cloud, PortError } from '../ports.ts';
import { withDeadline } from '../time/with-deadline.ts';

/** A list this young is used again while the next is fetched: a round for pods that wait must not wait for EC2. */
const FRESH_MS = 10_000;
const DEADLINE_MS = 10_000;

interface Listed {
  readonly value: readonly Instance[];
  readonly ids: ReadonlySet<string>;
  /** When the list was asked for: what happened later may be missing in it. */
  readonly atMs: number;
  readonly monotonicMs: number;
}

/** What a list must speak for to be used again. */
export interface Sight {
  readonly nodes: readonly Node[];
  readonly operations: readonly Operation[];
}

/**
 * EC2's list of the fleet. A launch in flight is known from the ledger whether EC2 lists it or not, so a list of a few seconds
 * ago is as good for buying; it is asked anew, and waited for, once it is old, lacks the machine of a node, or an operation has
 * ended since. Unknown, with the reason, when EC2 does not answer.
 */
export class CachedInstances {
  readonly #cloud: Cloud;
  readonly #clock: Clock;
  #last: Listed | undefined;
  #asking: Promise<Known<readonly Instance[]>> | undefined;

  constructor(cloud: Cloud, clock: Clock) {
    this.#cloud = cloud;
    this.#clock = clock;
  }

  async get(sight: Sight, signal: AbortSignal): Promise<Known<readonly Instance[]>> {
    const last = this.#last;
    if (last === undefined || !this.#speaksFor(last, sight)) return this.#fetch(signal);
    if (this.#asking === undefined) {
      this.#asking = this.#fetch(signal).finally(() => {
        this.#asking = undefined;
      });
    }
    return { status: 'known', value: last.value };
  }

  #speaksFor(listed: Listed, { nodes, operations }: Sight): boolean {
    if (this.#clock.monotonicMs() - listed.monotonicMs >= FRESH_MS) return false;
    if (operations.some(({ endedAtMs }) => endedAtMs !== undefined && endedAtMs >= listed.atMs)) return false;
    return nodes.every(({ instanceId }) => instanceId === undefined || listed.ids.has(instanceId));
  }

  async #fetch(signal: AbortSignal): Promise<Known<readonly Instance[]>> {
    const atMs = this.#clock.now();
    const monotonicMs = this.#clock.monotonicMs();
    try {
      const value = await withDeadline(
        this.#clock,
        { what: 'EC2 (instances)', deadlineMs: DEADLINE_MS, signal },
        (deadline) => this.#cloud.instances(deadline),
      );
      this.#last = { value, ids: new Set(value.map(({ id }) => id)), atMs, monotonicMs };
      return { status: 'known', value };
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      return { status: 'unknown', why: error.message };
    }
  }
}
