import { PART_LABEL } from './node-queries.ts';
import type { Series } from './prometheus-answer.ts';

/** What the instant answer says of single nodes. */
export interface PerNode {
  readonly cpuPercent: Readonly<Record<string, number>>;
  /** Nodes that more than one exporter reports, so that sums over them are wrong. */
  readonly duplicates: readonly string[];
}

/** Reads the parts `cpu` and `copies` by node; two CPU values for a node are as good as none. */
export function perNodeOf(series: readonly Series[], label: string, nodeNames: readonly string[]): PerNode {
  const cpu = new Map<string, number>();
  const doubled = new Set<string>();
  const known = new Set(nodeNames);
  for (const one of series) {
    const name = (one.labels[label] ?? '').replace(/:\d+$/, '');
    const value = one.points.at(-1)?.value;
    if (value === undefined || !known.has(name)) continue;
    if (one.labels[PART_LABEL] === 'copies') {
      if (value > 1) doubled.add(name);
    } else if (cpu.has(name)) {
      doubled.add(name);
    } else {
      cpu.set(name, Math.min(100, Math.max(0, value)));
    }
  }
  for (const name of doubled) cpu.delete(name);
  return { cpuPercent: Object.fromEntries(cpu), duplicates: [...doubled] };
}
