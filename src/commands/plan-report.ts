import type { Action, Plan, WarmPoolState } from '../model/plan.ts';
import type { Reason } from '../model/reason.ts';

/** The plan as `smartscale plan --json` prints it. */
export function planDocument(plan: Plan): object {
  const { decisionId, policy, currentNodes, desiredNodes, demands, actions, refusals, kept, warmPool } = plan;
  const pool = warmPool === undefined ? {} : { warmPool };
  return { decisionId, policy, currentNodes, desiredNodes, demands, actions, refusals, kept, ...pool };
}

/** The plan for people: what would be done and why, what was wanted and is not, and which rule keeps each worker. */
export function planText(plan: Plan): string {
  const { policy, currentNodes, desiredNodes } = plan;
  const revision = policy.revision === undefined ? '' : ` (${policy.revision})`;
  const sections = [
    [
      `${currentNodes} workers now, ${desiredNodes} wanted by policy ${policy.digest.slice(0, 19)}${revision}`,
    ],
    plan.warmPool === undefined ? [] : [poolText(plan.warmPool)],
    section(
      'Demands',
      plan.demands.map(({ name, nodes, reasons }) => [name, nodes ?? 'no opinion', texts(reasons)]),
    ),
    plan.actions.length === 0
      ? ['Would do nothing.']
      : section(
          'Would do',
          plan.actions.map((action) => [action.kind, subjectOf(action), texts(action.reasons)]),
        ),
    section(
      'Would not do',
      plan.refusals.map(({ what, subject, reason }) => [what, subject ?? 'fleet', reason.text]),
    ),
    section(
      'Keeps',
      plan.kept.map(({ nodeName, reason }) => [nodeName, reason.code, reason.text]),
    ),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

function poolText({ size, waiting, filling, leaving, costUsdPerHour, reason }: WarmPoolState): string {
  const others = `${filling} on the way in, ${leaving} on the way out`;
  const cost = costUsdPerHour === undefined ? 'an unknown amount' : costUsdPerHour.toFixed(4);
  return `Warm pool: ${waiting} of ${size} machines wait stopped, ${others}, at ${cost} USD/h: ${reason.text}`;
}

type Row = readonly [string, string | number, string];

function section(title: string, rows: readonly Row[]): readonly string[] {
  if (rows.length === 0) return [];
  const width = (column: 0 | 1) => Math.max(...rows.map((row) => String(row[column]).length));
  const [first, second] = [width(0), width(1)];
  const line = ([a, b, c]: Row) => `  ${a.padEnd(first)}  ${String(b).padEnd(second)}  ${c}`.trimEnd();
  return [`${title}:`, ...rows.map(line)];
}

function subjectOf(action: Action): string {
  if (action.kind === 'abort-launch') return action.operationId;
  if (action.kind !== 'launch') return action.nodeName;
  if (action.starts !== undefined) return `${action.starts.instanceId} of the warm pool`;
  const [best, ...others] = action.offerings;
  return `${best ?? 'nothing'}${others.length === 0 ? '' : ` (or ${others.length} others)`}`;
}

function texts(reasons: readonly Reason[]): string {
  return reasons.map((reason) => reason.text).join('; ');
}
