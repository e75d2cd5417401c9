import { type Lifecycle, type OfferingKey, parseOfferingKey } from '../../model/offering.ts';

/** Which offerings are without capacity: those that match everything given. */
export interface CapacityScope {
  readonly type?: string;
  readonly zone?: string;
  readonly lifecycle?: Lifecycle;
}

/** Times in which EC2 has no machines of a kind. */
export class CapacityWindows {
  readonly #clock: { monotonicMs(): number };
  #windows: { readonly scope: CapacityScope; readonly untilMs: number }[] = [];

  constructor(clock: { monotonicMs(): number }) {
    this.#clock = clock;
  }

  close(scope: CapacityScope, forMs: number): void {
    this.#windows.push({ scope, untilMs: this.#clock.monotonicMs() + forMs });
  }

  hasCapacity(key: OfferingKey): boolean {
    const nowMs = this.#clock.monotonicMs();
    this.#windows = this.#windows.filter((window) => window.untilMs > nowMs);
    return !this.#windows.some(({ scope }) => covers(scope, key));
  }
}

function covers(scope: CapacityScope, key: OfferingKey): boolean {
  const { type, zone, lifecycle } = parseOfferingKey(key);
  return (
    (scope.type ?? type) === type &&
    (scope.zone ?? zone) === zone &&
    (scope.lifecycle ?? lifecycle) === lifecycle
  );
}
