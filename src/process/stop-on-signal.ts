export interface StopOptions {
  /** A step that hangs must not keep the process until it is killed: after so long it exits with 1. */
  readonly limitMs: number;
  /** Called with the signal's name. */
  readonly tell: (name: string) => void;
}

/** Aborts when this process is asked to end (SIGTERM, SIGINT). */
export function stopOnSignal({ limitMs, tell }: StopOptions): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.once(name, () => {
      tell(name);
      stop.abort();
      setTimeout(() => process.exit(1), limitMs).unref();
    });
  }
  return stop.signal;
}
