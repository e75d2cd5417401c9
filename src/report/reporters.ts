import type { Reporter } from '../ports.ts';

/** One reporter that passes everything on to all of these, in their order. */
export function reportToAll(reporters: readonly Reporter[]): Reporter {
  return {
    report(event) {
      for (const reporter of reporters) reporter.report(event);
    },
  };
}
