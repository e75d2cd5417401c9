import { DescribeSpotInstanceRequestsCommand, type SpotInstanceRequest } from '@aws-sdk/client-ec2';
import { SPOT_NOTICE_MS } from '../../model/interruption.ts';
import type { Clock, InterruptionMessage, Interruptions } from '../../ports.ts';
import { Ec2Api } from './ec2-api.ts';
import type { Ec2CloudOptions } from './ec2-options.ts';

/** Status codes of a spot request whose instance EC2 interrupts two minutes later. */
const INTERRUPTION_CODES = ['marked-for-termination', 'marked-for-stop'];
/** How late a mark may be seen: drains are over 90 s after the warning, so this leaves most of them whole. */
const POLL_MS = 15_000;
/** Pause after a failure: a missing permission is not reported four times a minute. */
const RETRY_MS = 60_000;
/** An older mark says nothing of a machine that is still there. */
const RELEVANT_MS = 300_000;

/**
 * Spot warnings as EC2's own list of spot requests shows them (R79): what the queue says too, a little later, and also where a message
 * was lost or no queue was made. It shows the whole account, as the queue does. Never throws: without it the queue is left.
 */
export class SpotRequestStatus implements Interruptions {
  readonly #api: Ec2Api;
  readonly #clock: Clock;
  readonly #warn: (message: string) => void;
  readonly #settledAtMs = new Map<string, number>();
  #dueAtMs = Number.NEGATIVE_INFINITY;
  #isFailing = false;

  constructor(
    options: Pick<Ec2CloudOptions, 'region' | 'endpoint' | 'timeoutsMs'>,
    { clock, warn }: { readonly clock: Clock; readonly warn: (message: string) => void },
  ) {
    this.#api = new Ec2Api(options, clock);
    this.#clock = clock;
    this.#warn = warn;
  }

  /** The marks that nobody has acknowledged, when it is time to ask again; until then it waits. */
  async receive(signal: AbortSignal): Promise<readonly InterruptionMessage[]> {
    await this.#clock.sleep(Math.max(0, this.#dueAtMs - this.#clock.monotonicMs()), signal);
    if (signal.aborted) return [];
    const requests = await this.#ask(signal);
    this.#dueAtMs = this.#clock.monotonicMs() + (this.#isFailing ? RETRY_MS : POLL_MS);
    this.#forgetOld();
    return requests
      .flatMap((request) => messageOf(request, this.#clock.now()) ?? [])
      .filter(({ receipt }) => !this.#settledAtMs.has(receipt));
  }

  async acknowledge(receipts: readonly string[]): Promise<void> {
    for (const receipt of receipts) this.#settledAtMs.set(receipt, this.#clock.monotonicMs());
  }

  /** Closes the connections that are kept open. */
  close(): void {
    this.#api.close();
  }

  async #ask(signal: AbortSignal): Promise<readonly SpotInstanceRequest[]> {
    const command = new DescribeSpotInstanceRequestsCommand({
      Filters: [{ Name: 'status-code', Values: INTERRUPTION_CODES }],
    });
    try {
      const { SpotInstanceRequests = [] } = await this.#api.read(
        'listing spot requests',
        signal,
        (client, abortSignal) => client.send(command, { abortSignal }),
      );
      this.#isFailing = false;
      return SpotInstanceRequests;
    } catch (error) {
      if (!this.#isFailing && !signal.aborted) {
        const said = error instanceof Error ? error.message : String(error);
        this.#warn(`spot warnings come from the queue alone while spot requests cannot be listed: ${said}`);
      }
      this.#isFailing = true;
      return [];
    }
  }

  #forgetOld(): void {
    for (const [receipt, atMs] of this.#settledAtMs) {
      if (this.#clock.monotonicMs() - atMs > 2 * RELEVANT_MS) this.#settledAtMs.delete(receipt);
    }
  }
}

function messageOf(
  { InstanceId, SpotInstanceRequestId, Status }: SpotInstanceRequest,
  nowMs: number,
): InterruptionMessage | undefined {
  if (InstanceId === undefined || SpotInstanceRequestId === undefined) return undefined;
  // EC2's clock is not ours: what it says of the future is now.
  const atMs = Math.min(nowMs, Status?.UpdateTime?.getTime() ?? nowMs);
  if (nowMs - atMs > RELEVANT_MS) return undefined;
  const id = `spot-request/${SpotInstanceRequestId}`;
  const effectiveAtMs = atMs + SPOT_NOTICE_MS;
  return {
    id,
    receipt: id,
    interruptions: [{ kind: 'spot-warning', instanceId: InstanceId, atMs, effectiveAtMs }],
  };
}
