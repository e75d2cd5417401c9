import { type PolicyReading, parsePolicy } from '../policy/parse-policy.ts';
import { type PolicyChange, policyChanges } from '../policy/policy-changes.ts';
import { faultSentence, type PolicyFault } from '../policy/policy-fault.ts';
import type { CheckAnswer } from './check.ts';

export interface CheckedText {
  /** Of the file, for people. */
  readonly name: string;
  readonly text: string;
  /** The policy that it is compared with. */
  readonly against: string | undefined;
}

interface Check {
  readonly valid: boolean;
  readonly digest: string | null;
  readonly faults: readonly PolicyFault[];
  /** Only when there is something to compare with. */
  readonly against?: { readonly valid: boolean; readonly digest: string | null };
  /** `null` when either of both is no valid policy. */
  readonly changes?: readonly PolicyChange[] | null;
}

/** Checks a policy's text and words the answer. */
export function checkText(checked: CheckedText, format: 'json' | 'markdown' | 'words'): CheckAnswer {
  const check = checkOf(checked);
  const output = {
    json: () => `${JSON.stringify(check)}\n`,
    markdown: () => markdownOf(checked.name, check),
    words: () => wordsOf(checked.name, check),
  }[format]();
  return { valid: check.valid, output };
}

function checkOf({ text, against }: CheckedText): Check {
  const reading = parsePolicy(text);
  const check = {
    valid: reading.valid,
    digest: digestOf(reading),
    faults: reading.valid ? [] : reading.faults,
  };
  if (against === undefined) return check;
  const base = parsePolicy(against);
  const changes = reading.valid && base.valid ? policyChanges(base.policy, reading.policy) : null;
  return { ...check, against: { valid: base.valid, digest: digestOf(base) }, changes };
}

function digestOf(reading: PolicyReading): string | null {
  return reading.valid ? reading.digest : null;
}

function wordsOf(name: string, { digest, faults, against, changes }: Check): string {
  if (digest === null) {
    return faults.map((fault) => `${name}:${fault.line}  ${faultSentence(fault)}\n`).join('');
  }
  const lines = [`${name}  valid, digest ${digest}`];
  if (against?.valid === false) lines.push('  what it is compared with is no valid policy');
  if (changes?.length === 0) lines.push('  changes no key');
  for (const { path, from, to } of changes ?? [])
    lines.push(`  ${path}  ${valueText(from)} → ${valueText(to)}`);
  return `${lines.join('\n')}\n`;
}

function markdownOf(name: string, { digest, faults, against, changes }: Check): string {
  const blocks = [`### ${code(name)}: ${digest === null ? 'not valid' : 'valid'}`];
  if (digest === null) {
    blocks.push(
      table(
        ['line', 'key', 'value', 'rule', 'remedy'],
        faults.map(({ line, path, value, rule, remedy }) => [
          String(line),
          code(path),
          code(value === null ? '' : JSON.stringify(value)),
          plain(rule),
          plain(remedy),
        ]),
      ),
    );
  } else if (against === undefined) {
    blocks.push(`A new policy, digest ${code(digest)}.`);
  } else {
    const before = against.digest === null ? 'a policy that was not valid' : code(against.digest);
    blocks.push(
      against.digest === digest ? `Digest ${code(digest)}, as before.` : `Digest ${before} → ${code(digest)}`,
    );
  }
  if (changes?.length === 0) blocks.push('No key changes.');
  if (changes !== undefined && changes !== null && changes.length > 0) {
    const rows = changes.map(({ path, from, to }) => [
      code(path),
      code(valueText(from)),
      code(valueText(to)),
    ]);
    blocks.push(table(['key', 'before', 'after'], rows));
  }
  return `${blocks.join('\n\n')}\n`;
}

function valueText(value: unknown): string {
  return value === null ? 'unset' : JSON.stringify(value);
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** A code span of one table cell, whatever the text holds: somebody else's text must not become markup. */
function code(text: string): string {
  if (text === '') return '';
  const fence = '`'.repeat(Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length)) + 1);
  const pad = text.startsWith('`') || text.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${text.replaceAll(/\s*\n\s*/g, ' ').replaceAll('|', '\\|')}${pad}${fence}`;
}

/** A sentence of ours that may quote what somebody wrote. */
function plain(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>|#@]/g, '\\$&').replaceAll(/\s*\n\s*/g, ' ');
}
