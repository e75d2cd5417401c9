import { HeldPolicySource } from '../adapters/memory/held-policy-source.ts';
import type { PolicyDocument } from '../ports.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** A policy that is committed by calling `commit`, in place of Git and Flux; `undefined` takes it away. */
export class SimulatedPolicySource extends HeldPolicySource {
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock, document: PolicyDocument) {
    super();
    this.#clock = clock;
    this.hold(document);
  }

  whyNone(): string {
    return 'Nobody has committed a policy';
  }

  commit(document: PolicyDocument | undefined): void {
    this.#clock.stir();
    this.hold(document);
  }
}
