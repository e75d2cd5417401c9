import { type Document, LineCounter, parseDocument, type YAMLError } from 'yaml';
import type { TextFault } from './policy-fault.ts';
import type { PolicyPath } from './policy-path.ts';
import { readTree } from './policy-tree.ts';
import { type SyntaxFinding, syntaxWording } from './syntax-wording.ts';

/** A policy text as plain data, before anything is known of its meaning. */
export interface PolicyText {
  /** The top mapping; `undefined` when the text is no YAML mapping, and then `faults` say why. */
  readonly root: Readonly<Record<string, unknown>> | undefined;
  readonly faults: readonly TextFault[];
  /** The line of a place, counted from 1; of what would contain it when it is missing. */
  readonly lineOf: (path: PolicyPath) => number;
}

/** A policy has some hundred lines; etcd takes no more than this in one object. */
export const MAX_CHARACTERS = 1_000_000;

const FIRST_LINE = () => 1;

/** Reads YAML (or JSON) without ever throwing: whatever is wrong with the text comes back as faults. */
export function readPolicyText(text: string): PolicyText {
  if (text.length > MAX_CHARACTERS) {
    return unreadable('is larger than a policy can be (1 MB)', 'give the policy file itself');
  }
  if (text.trim() === '') {
    return unreadable('is empty', 'write {} if every default is meant; a lost file never means the defaults');
  }
  const lineCounter = new LineCounter();
  const document = parsed(text, lineCounter);
  if (document === undefined) return unreadable('is nested too deeply', 'write at most four levels');
  return readDocument(document, text, lineCounter);
}

function readDocument(document: Document.Parsed, text: string, lineCounter: LineCounter): PolicyText {
  const lines = text.split('\n');
  // What is missing at the end of a text is missing in its last line that says something.
  const lastLine = text.trimEnd().split('\n').length;
  const lineAt = (offset: number) => Math.min(Math.max(1, lineCounter.linePos(offset).line), lastLine);
  const syntax = syntaxFaults(document, lines, lineAt);
  const broken = syntax.some((f) => f.fatal);
  if (broken) return { root: undefined, faults: syntax.map((f) => f.fault), lineOf: FIRST_LINE };
  const tree = readTree(document.contents, lineAt);
  const faults = [...syntax.map((f) => f.fault), ...tree.faults];
  const top = tree.value;
  if (typeof top === 'object' && top !== null && !Array.isArray(top)) {
    return { root: top as Readonly<Record<string, unknown>>, faults, lineOf: tree.lineOf };
  }
  return { root: undefined, faults: [...faults, notAMapping(top, tree.lineOf([]))], lineOf: tree.lineOf };
}

function parsed(text: string, lineCounter: LineCounter): Document.Parsed | undefined {
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: false, logLevel: 'error' });
  } catch (error) {
    // The parser recurses: thousands of levels overflow its stack.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function syntaxFaults(
  document: Document.Parsed,
  lines: readonly string[],
  lineAt: (offset: number) => number,
): readonly { readonly fault: TextFault; readonly fatal: boolean }[] {
  const marker = lines.findIndex((line) => /^(<{7}|={7}|>{7})(\s|$)/.test(line));
  const findings: SyntaxFinding[] = document.errors.map((e: YAMLError) => ({
    code: e.code,
    message: e.message,
    line: lineAt(e.pos[0]),
  }));
  if (findings.length > 0 && marker >= 0) {
    findings.splice(0, findings.length, { code: 'CONFLICT_MARKER', message: '', line: marker + 1 });
  }
  const version = document.directives.yaml;
  if (version.explicit === true && version.version !== '1.2') {
    findings.push({ code: 'OLD_VERSION', message: '', line: 1 });
  }
  const firstOfLine = findings.filter((f, i) => findings.findIndex((other) => other.line === f.line) === i);
  return firstOfLine.map((finding) => ({
    fatal: finding.code !== 'MULTIPLE_DOCS',
    fault: {
      at: ['\0syntax'],
      line: finding.line,
      path: '',
      value: (lines[finding.line - 1] ?? '').trim().slice(0, 80),
      ...syntaxWording(finding),
    },
  }));
}

function notAMapping(top: unknown, line: number): TextFault {
  if (top === null || top === undefined) {
    return wholeFile(
      line,
      null,
      'holds no policy, only comments or nothing',
      'write {} if every default is meant',
    );
  }
  const what = Array.isArray(top) ? 'a list' : 'a single value';
  return wholeFile(line, top, `must be a mapping of keys, not ${what}`, 'begin with a key, such as `nodes:`');
}

function wholeFile(line: number, value: unknown, rule: string, remedy: string): TextFault {
  return { at: [], line, path: '', value, rule, remedy };
}

function unreadable(rule: string, remedy: string): PolicyText {
  return { root: undefined, faults: [wholeFile(1, null, rule, remedy)], lineOf: FIRST_LINE };
}
