import type { Interruption } from '../../src/model/interruption.ts';

/** A spot warning about i-1 at `atMs`, or what else a test says. */
export function anInterruption(parts: Partial<Interruption> = {}): Interruption {
  const { kind = 'spot-warning', atMs = 0 } = parts;
  return {
    kind,
    instanceId: 'i-1',
    atMs,
    ...(kind === 'spot-warning' && { effectiveAtMs: atMs + 120_000 }),
    ...parts,
  };
}
