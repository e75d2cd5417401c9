import type { Registry } from 'prom-client';

/** The common options of a metric of ours: its name begins with `smartscale_`, and it stands in this registry. */
export function namedMetric(
  registry: Registry,
  name: string,
  help: string,
): { readonly name: string; readonly help: string; readonly registers: Registry[] } {
  return { name: `smartscale_${name}`, help, registers: [registry] };
}
