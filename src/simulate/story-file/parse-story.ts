import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { nearMiss } from '../../policy/near-miss.ts';
import { storyBreaches } from './story-rules.ts';
import { type Story, storySchema } from './story-schema.ts';

type Path = readonly PropertyKey[];

/** A story file that cannot be read as one; the message names the line, the place and the rule. */
export class StoryError extends Error {
  readonly line: number;

  constructor(line: number, fact: string) {
    super(`line ${line}: ${fact}`);
    this.name = 'StoryError';
    this.line = line;
  }
}

/** Reads a story from YAML or JSON; `faultNames` are the kinds of fault that it may name. Throws `StoryError`. */
export function parseStory(text: string, faultNames: readonly string[]): Story {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number) => Math.max(1, lines.linePos(offset).line);
  const [broken] = document.errors;
  if (broken !== undefined) throw new StoryError(lineAt(broken.pos[0]), `no valid YAML: ${broken.message}`);
  const fail = (path: Path, rule: string): never => {
    throw new StoryError(
      lineOf(document, path, lineAt),
      `${path.map(String).join('.') || 'the file'}: ${rule}`,
    );
  };
  const result = storySchema.safeParse(document.toJS());
  if (result.success) {
    const [breach] = storyBreaches(result.data, faultNames);
    return breach === undefined ? result.data : fail(breach.path, breach.rule);
  }
  const [issue] = result.error.issues;
  return issue === undefined ? fail([], 'is no story') : fail(placeOf(issue), ruleOf(issue));
}

function placeOf(issue: z.core.$ZodIssue): Path {
  return issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
}

function ruleOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'unrecognized_keys') return plainRule(issue.message);
  const [key = ''] = issue.keys;
  const near = nearMiss(key, KEYS);
  return `no such key exists${near === undefined ? '' : `: did you mean ${near}?`}`;
}

function plainRule(message: string): string {
  const [, expected, received] = /^Invalid input: expected (\w+), received (\w+)$/.exec(message) ?? [];
  if (expected === undefined) return message.replace(/^Invalid input: /, '');
  const kind = expected === 'array' ? 'a list' : expected === 'string' ? 'text' : `a ${expected}`;
  return received === 'undefined' ? `is missing, write ${kind}` : `must be ${kind}`;
}

/** The keys that a slip of the hand may have meant. */
const KEYS: readonly string[] = [
  ...Object.keys(storySchema.shape),
  ...Object.keys(storySchema.shape.workloads.unwrap().element.shape),
];

/** The line of what stands at the place, or of what would contain it. */
function lineOf(document: Document, path: Path, lineAt: (offset: number) => number): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lineAt(node.range[0]);
  }
  return 1;
}
