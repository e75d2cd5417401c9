import { type Utilization, unknownUtilization } from '../model/signal.ts';
import { type Clock, PortError, type Telemetry, type TelemetryQuery } from '../ports.ts';
import { withDeadline } from '../time/with-deadline.ts';

const DEADLINE_MS = 5_000;

/**
 * The last answer of telemetry. It is fetched beside the rounds, never within one, so a slow Prometheus delays no pending
 * pod (F7); samples carry their own times, so whoever reads it sees their age.
 */
export class CachedUtilization {
  readonly #telemetry: Telemetry;
  readonly #clock: Clock;
  #last = unknownUtilization('telemetry was not asked yet');
  #windowMs = 0;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;

  constructor(telemetry: Telemetry, clock: Clock) {
    this.#telemetry = telemetry;
    this.#clock = clock;
  }

  get(): Utilization {
    return this.#last;
  }

  /** Asks unless the last answer is younger than one step; resolves when it is there, or known to be missing. */
  async refresh(query: TelemetryQuery, signal: AbortSignal): Promise<void> {
    const ageMs = this.#clock.monotonicMs() - this.#askedAtMs;
    if (query.windowMs === this.#windowMs && ageMs < query.stepMs) return;
    this.#asking ??= this.#fetch(query, signal).finally(() => {
      this.#asking = undefined;
    });
    await this.#asking;
  }

  async #fetch(query: TelemetryQuery, signal: AbortSignal): Promise<void> {
    this.#askedAtMs = this.#clock.monotonicMs();
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
