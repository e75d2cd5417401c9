import type { Action, Plan } from '../../../model/plan.ts';
import type { Reason } from '../../../model/reason.ts';

/** What a status has room for. */
const MAX_PARTS = 3;
const MAX_CHARS = 600;

/** What a decision does and why, in a line. */
export function decisionText(plan: Plan): string {
  const { actions, refusals, currentNodes, desiredNodes } = plan;
  const did = actions.map((action) => `${subjectOf(action)}: ${texts(action.reasons)}`);
  const refused = refusals.map(({ what, reason }) => `no ${what}: ${reason.text}`);
  const parts = did.length > 0 ? did : refused;
  const nothing = `${currentNodes} workers are there and ${desiredNodes} are wanted: nothing to do`;
  return cut(parts.length === 0 ? nothing : joined(parts));
}

/** The same for decisions that say the same, whatever figures stand in their reasons: an idle fleet decides every few seconds. */
export function decisionMeaning(plan: Plan): string {
  const { actions, refusals, desiredNodes, policy } = plan;
  const did = actions.map((action) => action.operationId);
  const refused = refusals.map(({ what, reason }) => `${what} ${reason.code}`).toSorted();
  return JSON.stringify([policy.digest, desiredNodes, did, [...new Set(refused)]]);
}

function subjectOf(action: Action): string {
  switch (action.kind) {
    case 'launch':
      return `launch ${action.offerings[0] ?? 'an instance'}`;
    case 'remove':
      return `remove ${action.nodeName}`;
    case 'expedite-removal':
      return `expedite the removal of ${action.nodeName}`;
    case 'abort-removal':
      return `keep ${action.nodeName}`;
    case 'abort-launch':
      return `give up launch ${action.operationId}`;
  }
}

function texts(reasons: readonly Reason[]): string {
  return reasons.map((reason) => reason.text).join('; ');
}

function joined(parts: readonly string[]): string {
  const more = parts.length - MAX_PARTS;
  return `${parts.slice(0, MAX_PARTS).join('. ')}${more > 0 ? `. And ${more} more` : ''}`;
}

function cut(text: string): string {
  return text.length <= MAX_CHARS ? text : `${text.slice(0, MAX_CHARS - 1)}…`;
}
