import { z } from 'zod';
import { nearMiss } from '../../policy/near-miss.ts';
import { valueAt } from '../../policy/policy-path.ts';
import { CommandError } from '../command-error.ts';

/*
 * Rules for the fields of a file's entries. Each one's message is the rule, a semicolon and the remedy; `checkEntry` puts
 * the place and the value before it.
 */

export const text = z
  .string({ error: 'must be text; write it in quotes' })
  .min(1, { error: 'must not be empty; write its name' });

/** Text by text, such as labels. */
export const textByKey = z.record(
  z.string(),
  z.string({ error: 'must be text; write the value in quotes' }),
  { error: 'must map keys to text; write it like {"app": "web"}' },
);

/** A number, `min` or more, of what `unit` says. */
export function amount(unit: string, min: number): z.ZodNumber {
  const error = `must be a number of ${unit}, ${min} or more; write a bare number`;
  return z.number({ error }).min(min, { error });
}

/** A whole number, `min` or more, of what `unit` says. */
export function count(unit: string, min: number): z.ZodNumber {
  const error = `must be a whole number of ${unit}, ${min} or more; write a bare number`;
  return z.number({ error }).int({ error }).min(min, { error });
}

export function oneOf<const T extends readonly [string, string, ...string[]]>(...values: T) {
  return z.enum(values, { error: `must be ${values.join(' or ')}; write one of these` });
}

export function listOf<T extends z.ZodType>(entry: T): z.ZodArray<T> {
  return z.array(entry, { error: 'must be a list; write [ ] around its entries' });
}

/** An object with these fields and no others. */
export function fields<T extends z.core.$ZodLooseShape>(shape: T) {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return 'must be an object; write { } around its fields';
      const near = nearMiss(String(issue.keys[0]), Object.keys(shape));
      const remedy =
        near === undefined ? `the fields are ${Object.keys(shape).join(', ')}` : `did you mean ${near}?`;
      return `no such field exists; ${remedy}`;
    },
  });
}

/** Where an entry stands. */
export interface EntryPlace {
  readonly file: string;
  /** Such as `[3]` or `items[3]`. */
  readonly at: string;
  /** Whose entry it is, as far as it can be told. */
  readonly name: string | undefined;
}

/**
 * The entry as its schema reads it.
 * @throws CommandError with the file, place, value, rule and remedy of the first fault
 */
export function checkEntry<T>(schema: z.ZodType<T>, entry: unknown, place: EntryPlace): T {
  const reading = schema.safeParse(entry);
  if (reading.success) return reading.data;
  const [issue, ...others] = reading.error.issues;
  if (issue === undefined) throw reading.error;
  const more = others.length === 0 ? '' : ` (and ${others.length} more in this entry)`;
  throw faultOf(place, { path: pathOf(issue), entry, message: `${issue.message}${more}` });
}

/** One fault of an entry, in the words that all of them have; `message` is the rule, a semicolon and the remedy. */
export function faultOf(
  { file, at, name }: EntryPlace,
  fault: { readonly path: readonly (string | number)[]; readonly entry: unknown; readonly message: string },
): CommandError {
  const inner = fault.path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  const value = valueAt(fault.entry, fault.path);
  const shown = value === undefined ? ' is missing' : ` = ${shortText(value)}`;
  const whose = name === undefined ? '' : ` (${name})`;
  return new CommandError(`${file}: ${at}${inner}${shown}${whose}: ${fault.message}`);
}

function pathOf(issue: z.core.$ZodIssue): readonly (string | number)[] {
  const path = issue.path.filter((step) => typeof step !== 'symbol');
  return issue.code === 'unrecognized_keys' ? [...path, String(issue.keys[0])] : path;
}

const MAX_CHARACTERS = 60;

/** JSON has neither NaN nor infinities. */
function shortText(value: unknown): string {
  const json = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return json.length > MAX_CHARACTERS ? `${json.slice(0, MAX_CHARACTERS - 1)}…` : json;
}
