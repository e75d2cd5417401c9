import type { Lifecycle } from './offering.ts';

export type InstanceState = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';

/** An EC2 instance that carries this fleet's tags. */
export interface Instance {
  readonly id: string;
  readonly type: string;
  readonly zone: string;
  readonly lifecycle: Lifecycle;
  readonly state: InstanceState;
  readonly launchedAtMs: number;
  /** The launch operation that made it, from its tag; `undefined` on one that we did not launch. */
  readonly operationId: string | undefined;
  readonly priceUsdPerHour: number | undefined;
  /** EC2's own word for why it changed state, such as `Client.InternalError`; absent while there is none (F34). */
  readonly stateReason?: string;
  /** It was launched for the warm pool: stopped, it waits there to become a worker; running, it is one, or about to be. */
  readonly isWarm?: true;
  /** With `isWarm`: it was made from another launch template, or version of it, than launches use now. */
  readonly isOutdated?: true;
}

/** Whether the instance waits in the warm pool, or is about to: it costs its disk alone. */
export function isStoppedInPool({ isWarm, state }: Instance): boolean {
  return isWarm === true && (state === 'stopping' || state === 'stopped');
}

/** Whether the instance is on its way out for good, or gone; one that is stopped is not, it still has to be terminated. */
export function isEnding({ state }: Instance): boolean {
  return state === 'shutting-down' || state === 'terminated';
}

/** Whether the instance costs money and may still become or be capacity. */
export function isAlive(instance: Instance): boolean {
  return instance.state === 'pending' || instance.state === 'running';
}
