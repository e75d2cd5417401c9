import { countText } from '../decide/text/wording.ts';
import type { Option, RecommendProgress, Recommendation } from '../use-cases/recommend/recommend.ts';
import { type Paint, plain } from './output/paint.ts';
import type { ProgressStep } from './output/progress.ts';
import { tableLines } from './output/table.ts';

/** The options for people: a table, then each diff. */
export function recommendText(
  { trace, peakNodes, hours, now, options }: Recommendation,
  paint: Paint = plain,
): string {
  const names = ['', 'real bill', 'of now', 'short of capacity', 'launches', 'evictions'];
  const rows = options.map((option) => [
    option.name,
    `${option.realUsd.toFixed(2)} USD`,
    `${Math.round((100 * option.realUsd) / now.realUsd)} %`,
    `${option.shortMinutes} min`,
    `${option.launches}`,
    `${option.evictions}`,
  ]);
  const head = `${hours} h of ${trace}, whose peak needs ${peakNodes} t3.small, simulated without faults:`;
  const table = tableLines(rows, { heads: { names, paint } });
  return [head, ...table, '', ...changes(options, paint)].join('\n');
}

function changes(options: readonly Option[], paint: Paint): readonly string[] {
  const told = new Map<string, string>();
  return options.flatMap(({ name, diff }) => {
    if (diff === '') return name === 'as now' ? [] : [`${name}: the policy as it is`, ''];
    const same = told.get(diff);
    told.set(diff, name);
    return same === undefined ? [paint('bold', `${name}:`), diff] : [`${name}: the same as ${same}`, ''];
  });
}

/** How far a search is. */
export function recommendStep({ simulated, share }: RecommendProgress): ProgressStep {
  return { text: `${countText(simulated, 'simulation')} done`, share };
}
