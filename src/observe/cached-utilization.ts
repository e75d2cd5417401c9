import { type Utilization, unknownUtilization } from '../model/signal.ts';
import { type Clock, PortError, type Telemetry, type TelemetryQuery } from '../ports.ts';
import { withDeadline } from '../time/with-deadline.ts';

const DEADLINE_MS = 5_000;

/**
 * The last answer of telemetry. It is fetched beside the rounds, never within one, so a slow Prometheus delays no pending pod
 * (F7); samples carry their own times, so readers see their age.
 */
export class CachedUtilization {
  readonly #telemetry: Telemetry;
  readonly #clock: Clock;
  #last = unknownUtilization('telemetry was not asked yet');
  #windowMs = 0;
  #requestedAtMs = Number.NEGATIVE_INFINITY;
  #pending: Promise<void> | undefined;

  constructor(telemetry: Telemetry, clock: Clock) {
    this.#telemetry = telemetry;
    this.#clock = clock;
  }

  get(): Utilization {
    return this.#last;
  }

  /** Asks unless the last answer is younger than one step; resolves when it is there, or known to be missing. */
  async refresh(query: TelemetryQuery, signal: AbortSignal): Promise<void> {
    const ageMs = this.#clock.monotonicMs() - this.#requestedAtMs;
    if (query.windowMs === this.#windowMs && ageMs < query.stepMs) return;
    this.#pending ??= this.#fetch(query, signal).finally(() => {
      this.#pending = undefined;
    });
    await this.#pending;
  }

  async #fetch(query: TelemetryQuery, signal: AbortSignal): Promise<void> {
    this.#requestedAtMs = this.#clock.monotonicMs();
    try {
      this.#last = await withDeadline(
        this.#clock,
        { what: 'Telemetry', deadlineMs: DEADLINE_MS, signal },
        (deadline) => this.#telemetry.utilization(query, deadline),
      );
      this.#windowMs = query.windowMs;
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      this.#last = unknownUtilization(error.message);
    }
  }
}
