/**
 * PromQL for a gauge as the replica that leads sees it. A standby decides nothing: its gauges are zero, or what it saw when it last led.
 * Counters need no such care: `sum(rate(…))` over all replicas is right.
 */
export function ofLeader(selector: string): string {
  return `(${selector} and on (pod) smartscale_leader == 1)`;
}
