import { PortError } from '../../../ports.ts';

/** The `Status` object that the API server answers a refused call with. */
interface StatusBody {
  readonly reason?: string;
  readonly message?: string;
  readonly code?: number;
  readonly details?: StatusDetails;
}

export interface StatusDetails {
  readonly name?: string;
  readonly kind?: string;
  readonly retryAfterSeconds?: number;
  readonly causes?: readonly {
    readonly reason?: string;
    readonly message?: string;
    readonly field?: string;
  }[];
}

/** The API server answered with an error status. `code` is its `reason`, or `HTTP_<status>` where it gave none. */
export class KubeApiError extends PortError {
  readonly status: number;
  readonly reason: string | undefined;
  readonly details: StatusDetails | undefined;
  /** How long the server asks us to wait, from the `Retry-After` header or the status details. */
  readonly retryAfterMs: number | undefined;

  constructor(request: string, answer: { status: number; retryAfter: string | undefined; body: unknown }) {
    const body: StatusBody = typeof answer.body === 'object' && answer.body !== null ? answer.body : {};
    super(`${request}: ${answer.status} ${body.reason ?? ''} ${body.message ?? 'no message'}`, {
      retry: retryClass(answer.status),
      code: body.reason ?? `HTTP_${answer.status}`,
    });
    this.name = 'KubeApiError';
    this.status = answer.status;
    this.reason = body.reason;
    this.details = body.details;
    this.retryAfterMs = retryAfterMs(answer.retryAfter, body.details);
  }
}

function retryClass(status: number): PortError['retry'] {
  if (status === 401 || status === 403) return 'authorization';
  const isTransient = status === 408 || status === 409 || status === 410 || status === 429 || status >= 500;
  return isTransient ? 'transient' : 'configuration';
}

function retryAfterMs(header: string | undefined, details: StatusDetails | undefined): number | undefined {
  const seconds = header === undefined ? details?.retryAfterSeconds : Number(header);
  return seconds !== undefined && Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}
