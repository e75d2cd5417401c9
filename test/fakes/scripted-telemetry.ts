import type { Utilization } from '../../src/model/signal.ts';
import type { Clock, Telemetry, TelemetryQuery } from '../../src/ports.ts';
import { PortError } from '../../src/ports.ts';
import { aUtilization } from '../builders/snapshot.ts';

/** Telemetry that answers what a test says, as late as it says. */
export class ScriptedTelemetry implements Telemetry {
  readonly queries: TelemetryQuery[] = [];
  answer: Utilization = aUtilization();
  delayMs = 0;
  isAway = false;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async utilization(query: TelemetryQuery, signal: AbortSignal): Promise<Utilization> {
    this.queries.push(query);
    if (this.delayMs > 0) await this.#clock.sleep(this.delayMs, signal);
    if (this.isAway) throw new PortError('telemetry is away', { retry: 'transient', code: 'ECONNREFUSED' });
    return this.answer;
  }
}
