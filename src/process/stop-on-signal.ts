export interface StopOptions {
  /** A step that hangs must not keep the process until it is killed: after `limitMs` it exits with 1. */
  readonly limitMs: number;
  /** Called with the signal's name. */
  readonly notify: (name: string) => void;
}

/** Aborts when this process is asked to end (SIGTERM, SIGINT). */
export function stopOnSignal({ limitMs, notify }: StopOptions): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.once(name, () => {
      notify(name);
      stop.abort();
      setTimeout(() => process.exit(1), limitMs).unref();
    });
  }
  return stop.signal;
}
