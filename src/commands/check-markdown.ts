import type { PolicyCheck } from '../use-cases/check-policy.ts';
import { valueText } from './check-words.ts';

/** The check of a policy file as Markdown, for a pull request. */
export function checkMarkdown(name: string, { digest, faults, against, changes }: PolicyCheck): string {
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
