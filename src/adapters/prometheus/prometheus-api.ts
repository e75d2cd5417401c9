import { type QueryAnswer, readAnswer } from './prometheus-answer.ts';
import type { PrometheusOptions } from './prometheus-options.ts';

/** The range of a query: milliseconds since 1970, and the spacing. */
export interface QueryRange {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
}

/** Prometheus over HTTP. Never throws: what goes wrong is a reason why the answer is unknown. No retries: the next round asks again. */
export class PrometheusApi {
  readonly #options: PrometheusOptions;

  constructor(options: PrometheusOptions) {
    this.#options = options;
  }

  async range(query: string, range: QueryRange, signal: AbortSignal): Promise<QueryAnswer> {
    const form = {
      query,
      start: seconds(range.fromMs),
      end: seconds(range.toMs),
      step: seconds(range.stepMs),
    };
    return this.#ask('query_range', form, signal);
  }

  async instant(query: string, atMs: number, signal: AbortSignal): Promise<QueryAnswer> {
    return this.#ask('query', { query, time: seconds(atMs) }, signal);
  }

  /** By POST, since the names of many nodes do not fit into a URL. */
  async #ask(path: string, form: Record<string, string>, signal: AbortSignal): Promise<QueryAnswer> {
    const { timeoutMs } = this.#options;
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(`${this.#options.baseUrl}/api/v1/${path}`, {
        method: 'POST',
        headers: this.#headers(),
        body: new URLSearchParams(form),
        signal: AbortSignal.any([signal, deadline]),
        redirect: 'error',
      });
      if (response.status === 401 || response.status === 403) {
        return unknown(
          `Prometheus answered ${response.status}: check the user name and password given for it`,
        );
      }
      const isJson = response.headers.get('content-type')?.includes('json') === true;
      return isJson
        ? readAnswer(await response.json())
        : unknown(`Prometheus answered ${response.status} without JSON`);
    } catch (error) {
      if (signal.aborted) return unknown('asking Prometheus was aborted');
      if (deadline.aborted) return unknown(`Prometheus did not answer within ${timeoutMs} ms`);
      return unknown(`Prometheus cannot be reached: ${failureOf(error)}`);
    }
  }

  #headers(): Record<string, string> {
    const { basicAuth } = this.#options;
    if (basicAuth === undefined) return {};
    const credentials = Buffer.from(`${basicAuth.username}:${basicAuth.password}`).toString('base64');
    return { authorization: `Basic ${credentials}` };
  }
}

function unknown(why: string): QueryAnswer {
  return { status: 'unknown', why };
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}

/** The system's code where there is one; `fetch` hides it in the cause. */
function failureOf(error: unknown): string {
  const cause = property(error, 'cause') ?? error;
  return property(cause, 'code') ?? property(cause, 'message') ?? String(cause);
}

function property(value: unknown, name: 'code' | 'message'): string | undefined;
function property(value: unknown, name: 'cause'): unknown;
function property(value: unknown, name: string): unknown {
  const found = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return found === '' ? undefined : found;
}
