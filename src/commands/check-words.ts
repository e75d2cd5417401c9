import { faultSentence } from '../policy/policy-fault.ts';
import type { PolicyCheck } from '../use-cases/check-policy.ts';
import type { Paint } from './output/paint.ts';

/** The check of a policy file for people: its digest and changes, or a line for each fault. */
export function checkText(
  name: string,
  { digest, faults, against, changes }: PolicyCheck,
  paint: Paint,
): string {
  if (digest === null) {
    return faults
      .map((fault) => `${paint('bold', `${name}:${fault.line}`)}  ${paint('red', faultSentence(fault))}\n`)
      .join('');
  }
  const lines = [`${name}  ${paint('green', 'valid')}, digest ${digest}`];
  if (against?.valid === false) lines.push('  what it is compared with is no valid policy');
  if (changes?.length === 0) lines.push('  changes no key');
  for (const { path, from, to } of changes ?? [])
    lines.push(`  ${paint('bold', path)}  ${valueText(from)} → ${valueText(to)}`);
  return `${lines.join('\n')}\n`;
}

/** A policy's value as words and Markdown show it. */
export function valueText(value: unknown): string {
  return value === null ? 'unset' : JSON.stringify(value);
}
