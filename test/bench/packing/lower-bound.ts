import highs, { type Highs } from 'highs';
import type { Offering } from '../../../src/model/offering.ts';
import type { Pod } from '../../../src/model/pod.ts';
import { matches } from '../../packing-checker/selection.ts';

const HOST = 'kubernetes.io/hostname';

/**
 * A cost in USD per hour that no fleet for these pods can be below. Prices are sought for a millicore, a MiB, a pod slot
 * and a node as such, under which no offering is worth more than it costs; then what the pods take at these prices, and
 * the nodes that pods which keep apart need, are paid for by any fleet. The best such prices are a linear program
 * (HiGHS); that they hold is checked here, so a wrong solution could only give a lower bound.
 */
export async function lowerBound(pods: readonly Pod[], offerings: readonly Offering[]): Promise<number> {
  const goods = distinct(offerings);
  const needed = demand(pods);
  if (goods.length === 0 || pods.length === 0) return 0;
  const found = (await bestPrices(needed, goods)).map((price) => Math.max(0, price));
  const overpaid = Math.max(1, ...goods.map(({ amounts, cost }) => value(amounts, found) / cost));
  return value(needed, found) / overpaid;
}

/** Amounts of CPU, memory, pod slots and nodes. */
type Amounts = readonly number[];

interface Goods {
  readonly amounts: Amounts;
  readonly cost: number;
}

function distinct(offerings: readonly Offering[]): readonly Goods[] {
  const goods = new Map<string, Goods>();
  for (const { priceUsdPerHour: cost, allocatable } of offerings) {
    if (cost === undefined) continue;
    const amounts = [allocatable.cpuMillis, allocatable.memoryMiB, allocatable.pods, 1];
    goods.set(JSON.stringify([amounts, cost]), { amounts, cost });
  }
  return [...goods.values()];
}

function demand(pods: readonly Pod[]): Amounts {
  const sum = (of: (pod: Pod) => number) => pods.reduce((total, pod) => total + of(pod), 0);
  return [
    sum(({ requests }) => requests.cpuMillis),
    sum(({ requests }) => requests.memoryMiB),
    sum(({ requests }) => requests.pods),
    fewestNodes(pods),
  ];
}

/**
 * Nodes that pods which keep apart need at least: equal pods with hostname anti-affinity to themselves one each, with a
 * hostname spread over themselves as many on each as the skew allows.
 */
function fewestNodes(pods: readonly Pod[]): number {
  const classes = new Map<string, { size: number; readonly most: number }>();
  for (const pod of pods) {
    const max = maxOnOneNode(pod);
    const { namespace, labels, podAntiAffinity, topologySpread } = pod;
    const name = JSON.stringify([namespace, labels, podAntiAffinity, topologySpread]);
    const known = classes.get(name) ?? { size: 0, most: max };
    known.size += 1;
    classes.set(name, known);
  }
  return [...classes.values()].reduce(
    (fewest, { size, most: max }) => Math.max(fewest, Math.ceil(size / max)),
    1,
  );
}

function maxOnOneNode({ namespace, labels, podAntiAffinity, topologySpread }: Pod): number {
  const isApart = podAntiAffinity.some(
    ({ topologyKey, namespaces, selector }) =>
      topologyKey === HOST && namespaces.includes(namespace) && matches(selector, labels),
  );
  const skews = topologySpread
    .filter(({ topologyKey, whenUnsatisfiable, selector }) => {
      return topologyKey === HOST && whenUnsatisfiable === 'DoNotSchedule' && matches(selector, labels);
    })
    .map(({ maxSkew }) => maxSkew);
  return isApart ? 1 : Math.min(Number.POSITIVE_INFINITY, ...skews);
}

const NAMES = ['cpu', 'memory', 'slot', 'node'] as const;

/** Its types describe what CommonJS gets; an ES module gets the loader itself. */
const loadHighs = highs as unknown as (typeof highs)['default'];
let solver: Promise<Highs> | undefined;

async function bestPrices(needed: Amounts, goods: readonly Goods[]): Promise<readonly number[]> {
  solver ??= loadHighs();
  const terms = (amounts: Amounts) => amounts.map((amount, i) => `${amount} ${NAMES[i]}`).join(' + ');
  const rows = goods.map(({ amounts, cost }) => `${terms(amounts)} <= ${cost}`);
  const { Status, Columns } = (await solver).solve(
    `Maximize\n worth: ${terms(needed)}\nSubject To\n ${rows.join('\n ')}\nEnd\n`,
  );
  if (Status !== 'Optimal') throw new Error(`the prices for the lower bound are ${Status}`);
  return NAMES.map((name) => Columns[name]?.Primal ?? 0);
}

function value(amounts: Amounts, prices: readonly number[]): number {
  return amounts.reduce((sum, amount, i) => sum + amount * (prices[i] ?? 0), 0);
}
