import { type Clock, PortError } from '../ports.ts';

/** Why a call's signal aborts once its answer is there. One for all: a fresh error with its stack is dear in every round. */
const ANSWERED = 'the call was answered';

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
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  const overdue = clock.sleep(deadlineMs, stop.signal).then((): undefined => {
    if (stop.signal.reason === ANSWERED) return undefined;
    throw new PortError(`${what} did not answer within ${deadlineMs} ms`, {
      retry: 'transient',
      code: 'deadline',
    });
  });
  // Its rejection after the call has won is nobody's concern.
  overdue.catch(() => undefined);
  try {
    const answer = call(stop.signal);
    await Promise.race([answer, overdue]);
    return await answer;
  } finally {
    signal.removeEventListener('abort', end);
    stop.abort(ANSWERED);
  }
}
