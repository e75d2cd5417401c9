import type { InstanceListing, ListingQuery } from '../model/instance-listing.ts';
import type { Instance } from '../model/instance.ts';
import type { Interruption } from '../model/interruption.ts';
import { memoizeByIdentity } from '../model/memoize-by-identity.ts';
import type { Node } from '../model/node.ts';
import { type Clock, type Cloud, type Cluster, PortError } from '../ports.ts';
import { raceWithAbort } from '../time/race-with-abort.ts';
import { withDeadline } from '../time/with-deadline.ts';
import { withAnnouncedStates } from './announced-states.ts';
import { doubtAbout } from './plausible-instances.ts';

const DEADLINE_MS = 10_000;

interface Answer {
  readonly instances: readonly Instance[];
  readonly askedAtMs: number;
  readonly askedAtMonotonicMs: number;
  /** Why the list cannot be right beside these nodes. */
  readonly doubtBeside: (nodes: readonly Node[]) => string | undefined;
}

/** What was last made of an answer, and what it was judged beside. */
interface Judgement {
  readonly answer: Answer;
  readonly nodes: readonly Node[];
  readonly announced: readonly Interruption[];
  readonly listing: InstanceListing;
}

/** A question to EC2 that is not answered yet; it is given up once nobody waits for it. */
interface Call {
  readonly askedAtMonotonicMs: number;
  readonly answer: Promise<void>;
  readonly stop: AbortController;
  waiting: number;
}

export interface InstanceCachePorts {
  readonly cloud: Pick<Cloud, 'instances'>;
  readonly cluster: Pick<Cluster, 'view'>;
  readonly clock: Clock;
}

/**
 * EC2's list of the fleet: the only place that asks for it, shared by snapshots and operations. Each says how old an answer
 * it takes; who asks while a young enough question is under way waits for its answer.
 */
export class InstanceCache {
  readonly #ports: InstanceCachePorts;
  readonly #announced: () => readonly Interruption[];
  #last: Answer | undefined;
  #judgement: Judgement | undefined;
  #call: Call | undefined;

  /** `announced` is what AWS has announced of any instance and is not over. */
  constructor(ports: InstanceCachePorts, announced: () => readonly Interruption[] = () => []) {
    this.#ports = ports;
    this.#announced = announced;
  }

  /** A list for which EC2 was asked at most `maxAgeMs` ago. Throws `PortError` when EC2 cannot be asked. */
  async list({ maxAgeMs, signal }: ListingQuery): Promise<InstanceListing> {
    const sinceMs = this.#ports.clock.monotonicMs() - maxAgeMs;
    let last = this.#last;
    if (last === undefined || last.askedAtMonotonicMs < sinceMs) {
      await this.#join(this.#callSince(sinceMs), signal);
      last = this.#last;
    }
    if (last === undefined) throw new Error('a call that was answered left no list');
    return this.#judged(last);
  }

  /** The last list, however old; `undefined` while EC2 has not answered yet. */
  latest(): InstanceListing | undefined {
    return this.#last && this.#judged(this.#last);
  }

  /** The same listing as long as nothing that it depends on is another object. */
  #judged(answer: Answer): InstanceListing {
    const { nodes } = this.#ports.cluster.view();
    const announced = this.#announced();
    const known = this.#judgement;
    if (known?.answer === answer && known.nodes === nodes && known.announced === announced)
      return known.listing;
    const { instances, askedAtMs, askedAtMonotonicMs, doubtBeside } = answer;
    const listing = {
      instances: withAnnouncedStates(instances, announced),
      askedAtMs,
      askedAtMonotonicMs,
      doubt: doubtBeside(nodes),
    };
    this.#judgement = { answer, nodes, announced, listing };
    return listing;
  }

  #callSince(sinceMs: number): Call {
    if (this.#call !== undefined && this.#call.askedAtMonotonicMs >= sinceMs) return this.#call;
    const { clock } = this.#ports;
    const stop = new AbortController();
    const asked = { askedAtMs: clock.now(), askedAtMonotonicMs: clock.monotonicMs() };
    const answer = this.#ask(asked, stop.signal).finally(() => {
      if (this.#call === call) this.#call = undefined;
    });
    const call: Call = { askedAtMonotonicMs: asked.askedAtMonotonicMs, answer, stop, waiting: 0 };
    this.#call = call;
    return call;
  }

  async #ask(asked: Pick<Answer, 'askedAtMs' | 'askedAtMonotonicMs'>, signal: AbortSignal): Promise<void> {
    const instances = await withDeadline(
      this.#ports.clock,
      { what: 'EC2 (instances)', deadlineMs: DEADLINE_MS, signal },
      (deadline) => this.#ports.cloud.instances(deadline),
    );
    // Of two calls under way the later one may be answered first.
    if (this.#last !== undefined && this.#last.askedAtMonotonicMs > asked.askedAtMonotonicMs) return;
    const doubtBeside = memoizeByIdentity((nodes: readonly Node[]) => doubtAbout(instances, nodes));
    this.#last = { ...asked, instances, doubtBeside };
  }

  /** One who leaves does not take the answer from the others. */
  async #join(call: Call, signal: AbortSignal): Promise<void> {
    call.waiting += 1;
    try {
      await raceWithAbort(call.answer, signal, throwAborted);
    } finally {
      call.waiting -= 1;
      if (call.waiting === 0) this.#giveUp(call);
    }
  }

  /** Without effect on a call that has been answered. */
  #giveUp(call: Call): void {
    if (this.#call !== call) return;
    this.#call = undefined;
    call.answer.catch(() => undefined);
    call.stop.abort();
  }
}

function throwAborted(): never {
  throw new PortError('listing instances: aborted by the caller', {
    retry: 'transient',
    code: 'AbortError',
  });
}
