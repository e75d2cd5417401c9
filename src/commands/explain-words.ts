import type { NodeExplanation } from '../decide/explain/explain-node.ts';
import { nodesText, type PodExplanation } from '../decide/explain/explain-pod.ts';
import type { Explanation } from '../use-cases/explain-plan.ts';
import { type Paint, plain } from './output/paint.ts';

/** Offerings that words list; JSON has them all. */
const MAX_OFFERINGS = 8;

/** The explanation for people. */
export function explanationText(explanation: Explanation, paint: Paint = plain): string {
  const { title, sections } =
    explanation.kind === 'pod' ? podWords(explanation.document) : nodeWords(explanation.document);
  const lines = sections
    .filter(({ lines: own }) => own.length > 0)
    .flatMap(({ head, lines: own }) => [
      ...(head === undefined ? [] : [paint('bold', `${head}:`)]),
      ...own.map((line) => `  ${line}`),
    ]);
  return `${[paint('bold', title), ...lines].join('\n')}\n`;
}

interface Words {
  readonly title: string;
  /** Those without lines are left out. */
  readonly sections: readonly { readonly head?: string; readonly lines: readonly string[] }[];
}

function podWords({ pod, verdict, reasons, nodes, launch, offerings }: PodExplanation): Words {
  const shown = offerings.slice(0, MAX_OFFERINGS).map(({ offering, cost, why }) => {
    const price = cost === undefined ? 'price unknown' : `${cost.totalUsdPerHour.toFixed(4)} USD/h expected`;
    return `${offering}: ${price}${why === undefined ? '' : `; ${why}`}`;
  });
  const more = offerings.length - shown.length;
  return {
    title: `pod ${pod}: ${verdict}`,
    sections: [
      { lines: reasons.map(({ text }) => text) },
      { head: 'Nodes there are', lines: nodesText(nodes) },
      {
        head: 'Would be bought for it',
        lines: launch === undefined ? [] : [launch.offerings.join(', else ')],
      },
      {
        head: 'Offerings, the cheapest that would do first',
        lines: [...shown, ...(more > 0 ? [`and ${more} more (--json has them all)`] : [])],
      },
    ],
  };
}

function nodeWords(explanation: NodeExplanation): Words {
  const { node, verdict, plan, protections, relocation, pods, costUsdPerHour } = explanation;
  const cost =
    costUsdPerHour === undefined ? 'at an unknown cost' : `${costUsdPerHour.toFixed(4)} USD/h expected`;
  return {
    title: `node ${node}: ${verdict}, ${cost}`,
    sections: [
      { head: 'The plan says', lines: plan === undefined ? [] : [plan.text] },
      { head: 'Rules that protect it', lines: protections.map(({ text }) => text) },
      { head: 'Its pods elsewhere', lines: relocation === undefined ? [] : [relocation.text] },
      {
        head: 'Pods that a drain would move',
        lines: pods.map(
          ({ pod, protection }) => `${pod}${protection === undefined ? '' : `: ${protection.text}`}`,
        ),
      },
    ],
  };
}
