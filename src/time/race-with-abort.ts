/**
 * The answer, or what `onAbort` returns or throws at the moment when the signal aborts. An answer that is there already wins; one that
 * the abort itself brings about comes too late. No listener is left behind, and an answer that fails later fails in silence.
 */
export async function raceWithAbort<T, A = never>(
  answer: Promise<T>,
  signal: AbortSignal,
  onAbort: () => A,
): Promise<T | A> {
  const aborted = Promise.withResolvers<A>();
  const stop = (): void => {
    try {
      aborted.resolve(onAbort());
    } catch (error) {
      aborted.reject(error);
    }
  };
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([answer, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
