import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packFleet } from '../../src/packing/pack-fleet.ts';
import { readOfferings } from '../../src/use-cases/pack/read-offerings.ts';
import { readPods } from '../../src/use-cases/pack/read-pods.ts';
import { answerOf } from '../packing-checker/answer-of.ts';
import { checkPacking } from '../packing-checker/check-packing.ts';
import { podOfShort } from '../packing-checker/short-pods.ts';
import { lowerBound } from './packing/lower-bound.ts';
import type { PackingFigures } from './packing/packing-figures.ts';
import { PACKING_WORKLOADS } from './packing/workloads.ts';

/*
 * Packs one workload in a process of its own, cold, from files as `smartscale pack` reads them, and sends what it took and
 * what came out to the parent: `packing-run.ts NAME`.
 */

const workload = PACKING_WORKLOADS.find(({ name }) => name === process.argv[2]);
if (workload === undefined) throw new Error(`no packing workload is named ${process.argv[2]}`);

const shorts = workload.pods();
const folder = mkdtempSync(join(tmpdir(), 'smartscale-bench-'));
const fileOf = (name: string, content: unknown) => {
  writeFileSync(join(folder, name), JSON.stringify(content));
  return join(folder, name);
};
const { pods } = await readPods(fileOf('pods.json', shorts));
const offerings = await readOfferings(fileOf('offerings.json', workload.offerings()));
rmSync(folder, { recursive: true });

const startMs = performance.now();
const startCpu = process.cpuUsage();
const packing = packFleet(pods, offerings);
const cpu = process.cpuUsage(startCpu);
const wallMs = performance.now() - startMs;

const asked = shorts.map(podOfShort);
const figures: PackingFigures = {
  pods: pods.length,
  wallSeconds: wallMs / 1000,
  cpuSeconds: (cpu.user + cpu.system) / 1e6,
  nodes: packing.nodes.length,
  unplaced: packing.unplaced.length,
  usdPerHour: packing.costUsdPerHour,
  boundUsdPerHour: await lowerBound(asked, offerings),
  faults: checkPacking({ pods: asked, offerings }, answerOf(packing)),
};
process.send?.(figures);
process.disconnect?.();
