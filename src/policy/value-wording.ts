import type { JsonSchema } from './policy-json-schema.ts';

/** What may stand at a place, as the end of a sentence: `must be a whole number from 0 to 5000`. */
export function expectation(schema: JsonSchema): string {
  if (schema.const !== undefined) return `must be ${schema.const}`;
  if (schema.enum !== undefined) return `must be ${schema.enum.join(' or ')}`;
  switch (schema.type) {
    case 'integer':
      return `must be a whole number${range(schema)}`;
    case 'number':
      return `must be a number${range(schema)}`;
    case 'boolean':
      return 'must be true or false';
    case 'array':
      return 'must be a list';
    case 'object':
      return 'must be a mapping of keys';
    default:
      return 'must be text';
  }
}

/** How to mend a value that is not what the schema of its place expects. */
export function remedyFor(value: unknown, schema: JsonSchema): string {
  return remedyForNothing(value, schema) ?? remedyForText(value, schema) ?? remedyInGeneral(value, schema);
}

function range({ minimum, maximum, exclusiveMinimum }: JsonSchema): string {
  if (exclusiveMinimum !== undefined) return ` above ${exclusiveMinimum}`;
  return minimum === undefined || maximum === undefined ? '' : ` from ${minimum} to ${maximum}`;
}

function remedyForNothing(value: unknown, schema: JsonSchema): string | undefined {
  if (value !== null && value !== '') return undefined;
  if (schema.type === 'object') return 'write its keys indented below it, or delete it for their defaults';
  const otherwise =
    schema.default === undefined ? 'delete it' : `delete the key for the default ${shown(schema)}`;
  return `give it a value, or ${otherwise}`;
}

function remedyForText(value: unknown, schema: JsonSchema): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (schema.type === 'boolean') return remedyForFlag(value);
  if (schema.type === 'array') return `write it as a list: [${value}]`;
  if (schema.type !== 'integer' && schema.type !== 'number') return undefined;
  const number = /^\s*(-?[\d_,]*\.?\d+)\s*(\D{0,12})$/.exec(value);
  const digits = number?.[1]?.replaceAll(/[_,]/g, '');
  if (digits === undefined) return undefined;
  return number?.[2] === ''
    ? `write ${digits} without quotes or separators`
    : `write a bare number; the key's name says its unit`;
}

function remedyForFlag(value: string): string | undefined {
  const plain = value.trim().toLowerCase();
  if (['yes', 'on', 'y', 'true', '1'].includes(plain)) return 'write true, without quotes';
  if (['no', 'off', 'n', 'false', '0'].includes(plain)) return 'write false, without quotes';
  return undefined;
}

function remedyInGeneral(value: unknown, schema: JsonSchema): string {
  if (
    schema.type === 'integer' &&
    typeof value === 'number' &&
    Number.isFinite(value) &&
    !Number.isInteger(value)
  ) {
    return `write ${Math.floor(value)} or ${Math.ceil(value)}`;
  }
  const example = schema.const ?? schema.examples?.[0];
  if (example !== undefined) return `write it like ${example}`;
  if (schema.type === 'boolean') return 'write true or false';
  if (schema.type === 'object') return 'write its keys indented below it, or delete it';
  if (schema.type === 'array') return 'write its entries below it, each after "- "';
  const otherwise = schema.default === undefined ? '' : `; the default is ${shown(schema)}`;
  return `write ${expectation(schema).replace('must be ', '')}${otherwise}`;
}

function shown(schema: JsonSchema): string {
  return JSON.stringify(schema.default);
}
