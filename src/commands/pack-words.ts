import { countText } from '../decide/text/wording.ts';
import { offeringKey } from '../model/offering.ts';
import type { FleetPacking } from '../packing/pack-fleet.ts';
import type { PackedFiles } from '../use-cases/pack/pack-files.ts';
import { type Paint, plain } from './output/paint.ts';
import { tableLines } from './output/table.ts';

/** The fleet as `smartscale pack --json` prints it. */
export function packDocument({ packing, nameOf, solveMs }: PackedFiles) {
  const { nodes, bindings, unplaced, costUsdPerHour } = packing;
  return {
    nodes: nodes.map(({ id, offering: { type, zone, lifecycle, priceUsdPerHour } }) => {
      return { id, type, zone, lifecycle, priceUsdPerHour };
    }),
    bindings: bindings.map(({ pod, nodeId }) => ({ pod: nameOf(pod), node: nodeId })),
    unplaced: unplaced.map(({ pod, reason }) => ({ pod: nameOf(pod), reason: reason.text })),
    costUsdPerHour: Number(costUsdPerHour.toFixed(9)),
    solveMs,
  };
}

/** The fleet for people: a row for each offering that is bought, what it costs, and the pods without a place. */
export function packText({ packing, nameOf, solveMs }: PackedFiles, paint: Paint = plain): string {
  const { nodes, bindings, unplaced, costUsdPerHour } = packing;
  const cost = `${costUsdPerHour.toFixed(4)} USD per hour`;
  const names = ['nodes', 'pods', 'type', 'zone', 'lifecycle', 'USD/h each'];
  return [
    ...tableLines(offeringRows(packing), { heads: { names, paint } }),
    `${countText(nodes.length, 'node')} for ${countText(bindings.length, 'pod')} at ${cost}, found in ${solveMs} ms`,
    ...unplaced.map(({ pod, reason }) => `${paint('red', 'unplaced')}: ${nameOf(pod)}: ${reason.text}`),
    '',
  ].join('\n');
}

/** One row for each offering that is bought, the most bought first. */
function offeringRows({ nodes, bindings }: FleetPacking): readonly (readonly string[])[] {
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
