import { parseOfferingKey } from '../model/offering.ts';
import type { Action, Plan, WarmPoolState } from '../model/plan.ts';
import type { Reason } from '../model/reason.ts';
import { type Paint, plain } from './output/paint.ts';
import { tableLines } from './output/table.ts';

/** The plan as `smartscale plan --json` prints it. */
export function planDocument(plan: Plan): object {
  const { decisionId, policy, currentNodes, desiredNodes, demands, actions, refusals, kept, warmPool } = plan;
  const pool = warmPool === undefined ? {} : { warmPool };
  return { decisionId, policy, currentNodes, desiredNodes, demands, actions, refusals, kept, ...pool };
}

/** The plan as `smartscale plan --objects FILE --json` prints it: flat, with the pods' and nodes' names. */
export function dumpPlanDocument(plan: Plan): object {
  const { policy, currentNodes, desiredNodes } = plan;
  return {
    policy,
    currentNodes,
    desiredNodes,
    actions: plan.actions.map(flatAction),
    kept: plan.kept.map(({ nodeName, reason: { code, text } }) => ({ node: nodeName, code, reason: text })),
    refusals: plan.refusals.map(({ what, subject, reason: { code, text } }) => ({
      what,
      code,
      reason: text,
      ...(what === 'shrink' && subject !== undefined && { node: subject }),
      pods: what !== 'shrink' && subject !== undefined ? [subject] : [],
    })),
  };
}

function flatAction(action: Action): object {
  const reasons = action.reasons.map(({ code, text }) => ({ code, text }));
  if (action.kind === 'abort-launch') return { kind: action.kind, operation: action.operationId, reasons };
  if (action.kind !== 'launch') return { kind: action.kind, node: action.nodeName, reasons };
  const { offerings, nominatedPods, consolidates } = action;
  const parts = offerings.map((key) => parseOfferingKey(key));
  return {
    kind: action.kind,
    types: distinct(parts.map(({ type }) => type)),
    zones: distinct(parts.map(({ zone }) => zone)),
    lifecycles: distinct(parts.map(({ lifecycle }) => lifecycle)),
    pods: nominatedPods,
    ...(consolidates !== undefined && { consolidates }),
    reasons,
  };
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}

/** What `smartscale plan --json` prints while no policy is valid, newest or last: a plan without anything, and why. */
export function invalidPolicyDocument(faults: readonly string[]): object {
  return { policy: null, actions: [], refusals: [], kept: [], faults };
}

/** The plan for people: what would be done and why, what was wanted and is not, and which rule keeps each worker. */
export function planText(plan: Plan, paint: Paint = plain): string {
  const { policy, currentNodes, desiredNodes, demands, actions, refusals, kept, warmPool } = plan;
  const revision = policy.revision === undefined ? '' : ` (${policy.revision})`;
  const section = (title: string, rows: readonly Row[]) =>
    rows.length === 0 ? [] : [paint('bold', `${title}:`), ...tableLines(rows).map((line) => `  ${line}`)];
  const sections = [
    [
      `${currentNodes} workers now, ${desiredNodes} wanted by policy ${policy.digest.slice(0, 19)}${revision}`,
    ],
    warmPool === undefined ? [] : [poolText(warmPool)],
    section(
      'Demands',
      demands.map(({ name, nodes, reasons }) => [name, `${nodes ?? 'no opinion'}`, texts(reasons)]),
    ),
    actions.length === 0
      ? ['Would do nothing.']
      : section(
          'Would do',
          actions.map((action) => [action.kind, subjectOf(action), texts(action.reasons)]),
        ),
    section(
      'Would not do',
      refusals.map(({ what, subject, reason }) => [what, subject ?? 'fleet', reason.text]),
    ),
    section(
      'Keeps',
      kept.map(({ nodeName, reason }) => [nodeName, reason.code, reason.text]),
    ),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

type Row = readonly [string, string, string];

function poolText({ size, waiting, filling, leaving, costUsdPerHour, reason }: WarmPoolState): string {
  const others = `${filling} on the way in, ${leaving} on the way out`;
  const cost = costUsdPerHour === undefined ? 'an unknown amount' : costUsdPerHour.toFixed(4);
  return `Warm pool: ${waiting} of ${size} machines wait stopped, ${others}, at ${cost} USD/h: ${reason.text}`;
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
