import { EC2Client, type EC2ClientConfig } from '@aws-sdk/client-ec2';
import type { Clock } from '../../ports.ts';
import { PortError } from '../../ports.ts';
import { TokenBucket } from '../../time/token-bucket.ts';
import { DEFAULT_TIMEOUTS_MS, type Ec2CloudOptions } from './ec2-options.ts';
import { portErrorOf } from './fault-classes.ts';

/** The mutating actions that we call, each with a bucket of its own below EC2's default (100 or fewer, 2-5 a second). */
const WRITE_LIMITS = {
  CreateFleet: { perSecond: 2, burst: 10 },
  TerminateInstances: { perSecond: 5, burst: 20 },
  StartInstances: { perSecond: 2, burst: 5 },
  StopInstances: { perSecond: 2, burst: 5 },
} as const;

export type WriteAction = keyof typeof WRITE_LIMITS;

/** Reads are retried by the SDK (standard mode: jittered, from 50 ms; from 1 s when throttled). */
const READ_ATTEMPTS = 4;
/** Writes never are: the caller repeats them with the same token, so that it stays master of what happens twice. */
const WRITE_ATTEMPTS = 1;

/**
 * The connection to EC2: two clients, so that a queue of throttled reads never delays a launch; each call has a deadline,
 * writes keep to a rate.
 */
export class Ec2Api {
  readonly #reader: EC2Client;
  readonly #writer: EC2Client;
  readonly #buckets: Readonly<Record<WriteAction, TokenBucket>>;
  readonly #readDeadlineMs: number;
  readonly #writeDeadlineMs: number;

  constructor(options: Pick<Ec2CloudOptions, 'region' | 'endpoint' | 'timeoutsMs'>, clock: Clock) {
    const timeouts = options.timeoutsMs ?? DEFAULT_TIMEOUTS_MS;
    const client = (maxAttempts: number, requestTimeout: number): EC2Client =>
      new EC2Client(
        clientConfig(options, { maxAttempts, requestTimeout, connectionTimeout: timeouts.connect }),
      );
    this.#reader = client(READ_ATTEMPTS, timeouts.read);
    this.#writer = client(WRITE_ATTEMPTS, timeouts.write);
    this.#readDeadlineMs = timeouts.read * 2;
    this.#writeDeadlineMs = timeouts.write + timeouts.connect;
    this.#buckets = {
      CreateFleet: new TokenBucket(WRITE_LIMITS.CreateFleet, clock),
      TerminateInstances: new TokenBucket(WRITE_LIMITS.TerminateInstances, clock),
      StartInstances: new TokenBucket(WRITE_LIMITS.StartInstances, clock),
      StopInstances: new TokenBucket(WRITE_LIMITS.StopInstances, clock),
    };
  }

  /** Runs a read; a foreign error comes out as `PortError` with what was being done. */
  async read<T>(
    doing: string,
    signal: AbortSignal,
    call: (client: EC2Client, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    try {
      return await call(this.#reader, AbortSignal.any([signal, AbortSignal.timeout(this.#readDeadlineMs)]));
    } catch (error) {
      throw portErrorOf(doing, error);
    }
  }

  /** Runs a write once it may start; errors come out as EC2 gave them, for the caller to classify. */
  async write<T>(
    action: WriteAction,
    signal: AbortSignal,
    call: (client: EC2Client, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    await this.#buckets[action].take(signal);
    if (signal.aborted) {
      throw new PortError(`${action} was not sent: it was aborted while it waited for its turn`, {
        retry: 'transient',
        code: 'AbortError',
      });
    }
    return call(this.#writer, AbortSignal.any([signal, AbortSignal.timeout(this.#writeDeadlineMs)]));
  }

  /** Closes the connections that are kept open. */
  close(): void {
    this.#reader.destroy();
    this.#writer.destroy();
  }
}

interface ClientLimits {
  readonly maxAttempts: number;
  readonly requestTimeout: number;
  readonly connectionTimeout: number;
}

function clientConfig(
  options: Pick<Ec2CloudOptions, 'region' | 'endpoint'>,
  limits: ClientLimits,
): EC2ClientConfig {
  const { maxAttempts, requestTimeout, connectionTimeout } = limits;
  return {
    region: options.region,
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    maxAttempts,
    retryMode: 'standard',
    // Without throwOnRequestTimeout the SDK only logs that a request is late.
    requestHandler: { requestTimeout, connectionTimeout, throwOnRequestTimeout: true },
  };
}
