import { type Clock, PortError } from '../ports.ts';
import { raceWithAbort } from './race-with-abort.ts';

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
  const end = (): void => stop.abort(signal.reason);
  const tooLate = (): never => {
    const message = `${what} did not answer within ${deadlineMs} ms`;
    throw new PortError(message, { retry: 'transient', code: 'deadline' });
  };
  const callOff = clock.callAfter(deadlineMs, end);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    return await raceWithAbort(call(stop.signal), stop.signal, tooLate);
  } finally {
    callOff();
    signal.removeEventListener('abort', end);
  }
}
