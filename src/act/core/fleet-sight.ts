import type { Instance } from '../../model/instance.ts';
import type { Clock, Cloud } from '../../ports.ts';

/** EC2's list as the operations share it: asked for again only when the last answer is older than the asker accepts. */
export class FleetSight {
  readonly #cloud: Cloud;
  readonly #clock: Clock;
  readonly #missingSinceMs = new Map<string, number>();
  #list: readonly Instance[] = [];
  #askedAtMs = Number.NEGATIVE_INFINITY;

  constructor(cloud: Cloud, clock: Clock) {
    this.#cloud = cloud;
    this.#clock = clock;
  }

  /** The fleet's instances, at most `maxAgeMs` old. Throws `PortError` when EC2 cannot be asked. */
  async instances(maxAgeMs: number, signal: AbortSignal): Promise<readonly Instance[]> {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#askedAtMs > maxAgeMs) {
      this.#list = await this.#cloud.instances(signal);
      this.#askedAtMs = nowMs;
    }
    return this.#list;
  }

  /** Since how long the last answers do not name the instance; 0 when the last one does, or for the first time does not. */
  missingForMs(instanceId: string): number {
    if (this.#list.some((instance) => instance.id === instanceId)) {
      this.#missingSinceMs.delete(instanceId);
      return 0;
    }
    const sinceMs = this.#missingSinceMs.get(instanceId) ?? this.#askedAtMs;
    this.#missingSinceMs.set(instanceId, sinceMs);
    return this.#askedAtMs - sinceMs;
  }

  forget(instanceId: string): void {
    this.#missingSinceMs.delete(instanceId);
  }
}
