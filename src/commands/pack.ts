import type { Command } from 'commander';
import { countText } from '../decide/text/wording.ts';
import { offeringKey } from '../model/offering.ts';
import type { Pod } from '../model/pod.ts';
import type { FleetPacking } from '../packing/pack-fleet.ts';

interface PackFlags {
  readonly pods: string;
  readonly offerings: string;
  readonly json?: true;
}

/** `smartscale pack`: the fleet that a list of pods needs, bought from a list of offerings, and which pod goes where. */
export function addPackCommand(program: Command): void {
  program
    .command('pack')
    .description('say which nodes to buy for a list of pods, what they cost and which pod goes where')
    .requiredOption(
      '--pods <file>',
      'pods in short or as a Kubernetes List, JSON or YAML; - reads standard input',
    )
    .requiredOption('--offerings <file>', 'what can be bought, with prices')
    .option('--json', 'print one JSON document instead of tables')
    .action(async (flags: PackFlags) => {
      const answer = await packFiles(flags);
      for (const note of answer.notes) process.stderr.write(`${note}\n`);
      process.stdout.write(answer.output);
    });
}

/**
 * Packs the pods of one file onto offerings of another.
 * @throws CannotDo when a file cannot be read or breaks a rule
 */
export async function packFiles(
  flags: PackFlags,
): Promise<{ readonly output: string; readonly notes: readonly string[] }> {
  const { readOfferings } = await import('./pack/read-offerings.ts');
  const { readPods } = await import('./pack/read-pods.ts');
  const { packFleet } = await import('../packing/pack-fleet.ts');
  const file = await readPods(flags.pods);
  const offerings = await readOfferings(flags.offerings);
  const unpriced = offerings.filter(({ priceUsdPerHour }) => priceUsdPerHour === undefined).length;
  const notes =
    unpriced === 0 ? [] : [`not bought, since its price is not known: ${countText(unpriced, 'offering')}`];
  const startMs = performance.now();
  const packing = packFleet(file.pods, offerings, { daemons: file.daemons });
  const answer = { packing, nameOf: file.nameOf, solveMs: round(performance.now() - startMs, 1) };
  const output = flags.json === true ? `${JSON.stringify(documentOf(answer))}\n` : words(answer);
  return { output, notes: [...file.notes, ...notes] };
}

interface Answer {
  readonly packing: FleetPacking;
  readonly nameOf: (pod: Pod) => string;
  readonly solveMs: number;
}

function documentOf({ packing, nameOf, solveMs }: Answer) {
  const { nodes, bindings, unplaced, costUsdPerHour } = packing;
  return {
    nodes: nodes.map(({ id, offering: { type, zone, lifecycle, priceUsdPerHour } }) => {
      return { id, type, zone, lifecycle, priceUsdPerHour };
    }),
    bindings: bindings.map(({ pod, nodeId }) => ({ pod: nameOf(pod), node: nodeId })),
    unplaced: unplaced.map(({ pod, reason }) => ({ pod: nameOf(pod), reason: reason.text })),
    costUsdPerHour: round(costUsdPerHour, 9),
    solveMs,
  };
}

function words({ packing, nameOf, solveMs }: Answer): string {
  const { nodes, bindings, unplaced, costUsdPerHour } = packing;
  const cost = `${costUsdPerHour.toFixed(4)} USD per hour`;
  return [
    ...table([['nodes', 'pods', 'type', 'zone', 'lifecycle', 'USD/h each'], ...rows(packing)]),
    `${countText(nodes.length, 'node')} for ${countText(bindings.length, 'pod')} at ${cost}, found in ${solveMs} ms`,
    ...unplaced.map(({ pod, reason }) => `unplaced: ${nameOf(pod)}: ${reason.text}`),
    '',
  ].join('\n');
}

/** One row for each offering that is bought, the most bought first. */
function rows({ nodes, bindings }: FleetPacking): readonly (readonly string[])[] {
  const podsOn = new Map<string, number>();
  for (const { nodeId } of bindings) podsOn.set(nodeId, (podsOn.get(nodeId) ?? 0) + 1);
  const byOffering = Map.groupBy(nodes, ({ offering }) => offering);
  return [...byOffering]
    .sort(([a, ofA], [b, ofB]) => ofB.length - ofA.length || (offeringKey(a) < offeringKey(b) ? -1 : 1))
    .map(([{ type, zone, lifecycle, priceUsdPerHour }, same]) => {
      const pods = same.reduce((sum, { id }) => sum + (podsOn.get(id) ?? 0), 0);
      return [`${same.length}`, `${pods}`, type, zone, lifecycle, `${priceUsdPerHour}`];
    });
}

function table(lines: readonly (readonly string[])[]): readonly string[] {
  const widths = (lines[0] ?? []).map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  return lines.map((line) =>
    line
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
