import type { z } from 'zod';
import { nearMiss } from './near-miss.ts';
import type { TextFault } from './policy-fault.ts';
import { type JsonSchema, jsonSchemaAt, policyJsonSchema } from './policy-json-schema.ts';
import { type PolicyPath, pathText, valueAt } from './policy-path.ts';
import { expectation, remedyFor } from './value-wording.ts';

type Issue = z.core.$ZodIssue;

/** Where values stand in the text that was checked. */
interface Text {
  readonly root: unknown;
  readonly lineOf: (path: PolicyPath) => number;
}

/** Says for people what the schema found: one fault for each unknown key, and one for each wrong or missing value. */
export function schemaFaults(issues: readonly Issue[], text: Text): readonly TextFault[] {
  return issues.flatMap((issue) => {
    const path = issue.path.filter((step) => typeof step !== 'symbol');
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey([...path, key], text));
    return [wrongValue(issue, path, text)];
  });
}

function unknownKey(path: PolicyPath, text: Text): TextFault {
  return {
    ...placed(path, text),
    rule: 'no such key exists',
    remedy: remedyForKey(String(path.at(-1)), path.slice(0, -1)),
  };
}

function remedyForKey(key: string, parent: PolicyPath): string {
  if (key === '<<') return 'merge keys are not supported: write the keys out';
  if (key === 'metadata' || key === 'status') return 'delete it: a policy is a file, not a Kubernetes object';
  if (key === 'spec') return 'write the keys below spec at the top level, without spec';
  const siblings = Object.keys(jsonSchemaAt(parent)?.properties ?? {});
  const near = nearMiss(key, siblings);
  if (near !== undefined) return `did you mean ${near}?`;
  const paths = keyPaths(policyJsonSchema(), []);
  const meant = nearMiss(key, [...new Set(paths.map((path) => String(path.at(-1))))]);
  const elsewhere = paths.filter((path) => path.at(-1) === meant);
  if (elsewhere.length > 0) return `it belongs elsewhere: ${elsewhere.map(pathText).join(' or ')}`;
  return `delete it; the keys here are ${siblings.join(', ')}`;
}

function keyPaths(schema: JsonSchema, at: PolicyPath): readonly PolicyPath[] {
  const inner = Object.entries(schema.properties ?? {});
  return inner.flatMap(([key, value]) => [[...at, key], ...keyPaths(value, [...at, key])]);
}

function wrongValue(issue: Issue, path: PolicyPath, text: Text): TextFault {
  const schema = jsonSchemaAt(path) ?? {};
  const value = valueAt(text.root, path);
  const place = placed(path, text);
  if (value === undefined) {
    const example = schema.examples?.[0];
    const words =
      example === undefined ? expectation(schema).replace('must be ', '') : JSON.stringify(example);
    return { ...place, rule: 'is required', remedy: `add ${String(path.at(-1))}: ${words}` };
  }
  return { ...place, rule: ruleOf(issue, schema), remedy: remedyOf(issue, value, schema) };
}

function ruleOf(issue: Issue, schema: JsonSchema): string {
  switch (issue.code) {
    case 'invalid_format':
    case 'custom':
      return issue.message;
    case 'too_small':
      return listOrText(issue.origin)
        ? `must not have fewer than ${issue.minimum} ${unitOf(issue.origin)}`
        : expectation(schema);
    case 'too_big':
      return listOrText(issue.origin)
        ? `must not have more than ${issue.maximum} ${unitOf(issue.origin)}`
        : expectation(schema);
    default:
      return expectation(schema);
  }
}

function remedyOf(issue: Issue, value: unknown, schema: JsonSchema): string {
  if (issue.code === 'custom' && typeof issue.params?.['remedy'] === 'string') return issue.params['remedy'];
  if (issue.code === 'too_big' && listOrText(issue.origin)) return 'shorten it';
  if (issue.code === 'too_small' && issue.origin === 'array')
    return 'add an entry, or delete the key for the default';
  const near = typeof value === 'string' ? nearMiss(value, schema.enum ?? []) : undefined;
  return near === undefined ? remedyFor(value, schema) : `did you mean ${near}?`;
}

function listOrText(origin: string): boolean {
  return origin === 'array' || origin === 'string';
}

function unitOf(origin: string): string {
  return origin === 'array' ? 'entries' : 'characters';
}

function placed(path: PolicyPath, text: Text): Pick<TextFault, 'at' | 'path' | 'line' | 'value'> {
  return {
    at: path,
    path: pathText(path),
    line: text.lineOf(path),
    value: printable(valueAt(text.root, path)),
  };
}

/** JSON has neither `undefined` nor NaN nor infinities. */
function printable(value: unknown): unknown {
  if (value === undefined) return null;
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
