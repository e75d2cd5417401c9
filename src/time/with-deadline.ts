import { type Clock, PortError } from '../ports.ts';

/**
 * The call's result, or a transient `PortError` once `deadlineMs` have passed on the clock; the call's signal then aborts.
 * No timer is left behind in either case.
 */
export async function withDeadline<T>(
  clock: Clock,
  {
    what,
    deadlineMs,
    signal,
  }: { readonly what: string; readonly deadlineMs: number; readonly signal: AbortSignal },
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const tooLate = Promise.withResolvers<never>();
  const end = (): void => {
    stop.abort(signal.reason);
    tooLate.reject(
      new PortError(`${what} did not answer within ${deadlineMs} ms`, {
        retry: 'transient',
        code: 'deadline',
      }),
    );
  };
  const callOff = clock.ringAfter(deadlineMs, end);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    return await Promise.race([call(stop.signal), tooLate.promise]);
  } finally {
    callOff();
    signal.removeEventListener('abort', end);
  }
}
