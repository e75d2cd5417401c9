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
  // Where the call throws at once, nobody waits for this.
  tooLate.promise.catch(() => undefined);
  const end = (): void => {
    if (stop.signal.aborted) return;
    stop.abort(signal.reason);
    const message = `${what} did not answer within ${deadlineMs} ms`;
    tooLate.reject(new PortError(message, { retry: 'transient', code: 'deadline' }));
  };
  const callOff = clock.callAfter(deadlineMs, end);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    // An answer that is there already wins; one that fails later fails in silence.
    return await Promise.race([call(stop.signal), tooLate.promise]);
  } finally {
    callOff();
    signal.removeEventListener('abort', end);
  }
}
