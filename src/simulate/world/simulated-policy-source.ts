import { HeldPolicySource } from '../../adapters/memory/held-policy-source.ts';
import type { PolicyDocument, RememberedPolicy } from '../../model/policy-document.ts';
import type { VirtualClock } from '../base/virtual-clock.ts';

/** A policy that is committed by calling `commit`, in place of Git and Flux; `undefined` takes it away. */
export class SimulatedPolicySource extends HeldPolicySource {
  readonly #clock: VirtualClock;
  #lastGood: RememberedPolicy | undefined;

  constructor(clock: VirtualClock, document: PolicyDocument) {
    super();
    this.#clock = clock;
    this.hold(document);
  }

  whyNone(): string {
    return 'Nobody has committed a policy';
  }

  /** What the fleet's status remembers of the policy that was accepted last. */
  remember(policy: RememberedPolicy): void {
    this.#lastGood = policy;
  }

  override lastGood(): RememberedPolicy | undefined {
    return this.#lastGood;
  }

  commit(document: PolicyDocument | undefined): void {
    this.#clock.stir();
    this.hold(document);
  }
}
