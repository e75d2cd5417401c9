import { z } from 'zod';
import { policySchema } from './policy-schema.ts';

/** The part of JSON Schema that describes policies. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly examples?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly required?: readonly string[];
}

let made: JsonSchema | undefined;

/**
 * What people may write in a policy file, as JSON Schema (draft 2020-12): keys, types, ranges, defaults and meanings. Rules
 * between fields, cron and time zones are beyond it; `smartscale check` tests those as well.
 */
export function policyJsonSchema(): JsonSchema {
  made ??= {
    title: 'SmartScale policy',
    ...(z.toJSONSchema(policySchema, { io: 'input' }) as JsonSchema),
  } as JsonSchema;
  return made;
}

/** The schema of one place in a policy; `undefined` when no such key exists. */
export function jsonSchemaAt(path: readonly PropertyKey[]): JsonSchema | undefined {
  let here: JsonSchema | undefined = policyJsonSchema();
  for (const step of path) here = typeof step === 'number' ? here?.items : ownProperty(here, String(step));
  return here;
}

function ownProperty(schema: JsonSchema | undefined, key: string): JsonSchema | undefined {
  const properties = schema?.properties;
  return properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined;
}
