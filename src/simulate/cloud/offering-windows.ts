import { type Lifecycle, type OfferingKey, parseOfferingKey } from '../../model/offering.ts';

/** Some of all offerings: those that match everything given. */
export interface OfferingScope {
  readonly type?: string;
  readonly zone?: string;
  readonly lifecycle?: Lifecycle;
}

/** Times in which something holds for some offerings: that EC2 has no machines of them, or that machines never join. */
export class OfferingWindows {
  readonly #clock: { monotonicMs(): number };
  #windows: { readonly scope: OfferingScope; readonly untilMs: number }[] = [];

  constructor(clock: { monotonicMs(): number }) {
    this.#clock = clock;
  }

  open(scope: OfferingScope, forMs: number): void {
    this.#windows.push({ scope, untilMs: this.#clock.monotonicMs() + forMs });
  }

  /** Whether it holds for the offering now. */
  hold(key: OfferingKey): boolean {
    const nowMs = this.#clock.monotonicMs();
    this.#windows = this.#windows.filter((window) => window.untilMs > nowMs);
    return this.#windows.some(({ scope }) => covers(scope, key));
  }
}

function covers(scope: OfferingScope, key: OfferingKey): boolean {
  const { type, zone, lifecycle } = parseOfferingKey(key);
  return (
    (scope.type ?? type) === type &&
    (scope.zone ?? zone) === zone &&
    (scope.lifecycle ?? lifecycle) === lifecycle
  );
}
