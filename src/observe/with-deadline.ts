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
  const end = (): void => stop.abort();
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  const overdue = clock.sleep(deadlineMs, stop.signal).then((): never => {
    throw new PortError(`${what} did not answer within ${deadlineMs} ms`, {
      retry: 'transient',
      code: 'deadline',
    });
  });
  // Its rejection after the call has won is nobody's concern.
  overdue.catch(() => undefined);
  try {
    return await Promise.race([call(stop.signal), overdue]);
  } finally {
    signal.removeEventListener('abort', end);
    end();
  }
}
