import type { LaunchRequest } from '../../ports.ts';
import type { VirtualClock } from '../base/virtual-clock.ts';
import { TOKEN_LASTS_MS } from './ec2-times.ts';

/** A launch that was granted, by what was asked for. */
interface GrantedLaunch {
  readonly parameters: string;
  readonly instanceId: string;
}

/** Client tokens that EC2 knows again for two days. */
export class LaunchTokens {
  readonly #clock: VirtualClock;
  readonly #granted = new Map<string, GrantedLaunch>();

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** The instance that the token made before, and whether the very same was asked for; `undefined`: the token is new. */
  repeated(request: LaunchRequest): { readonly instanceId: string; readonly isSame: boolean } | undefined {
    const before = this.#granted.get(request.clientToken);
    if (before === undefined) return undefined;
    return { instanceId: before.instanceId, isSame: before.parameters === parametersOf(request) };
  }

  grant(request: LaunchRequest, instanceId: string): void {
    const { clientToken } = request;
    this.#granted.set(clientToken, { parameters: parametersOf(request), instanceId });
    this.#clock.after(TOKEN_LASTS_MS, () => this.#granted.delete(clientToken));
  }
}

function parametersOf({ offerings, operationId, tags }: LaunchRequest): string {
  return JSON.stringify([offerings, operationId, tags]);
}
