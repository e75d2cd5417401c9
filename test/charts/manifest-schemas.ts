import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { CLUSTERS } from '../../charts/clusters.ts';
import { type Manifest, objectsOfCluster } from './generated-objects.ts';

/** `group/version Kind`, as an object names its kind. */
export type KindKey = string;

/** What test/charts/schemas/*.json hold: the API server's own schemas without their prose. */
export interface VendoredSchemas {
  /** Which server they come from. */
  readonly server: string;
  readonly kinds: Readonly<Record<KindKey, { readonly definition: string; readonly isNamespaced: boolean }>>;
  readonly definitions: Readonly<Record<string, unknown>>;
}

export const SCHEMA_FILE = join(import.meta.dirname, 'schemas', 'api-server.json');

const vendoredSchemas = JSON.parse(readFileSync(SCHEMA_FILE, 'utf8')) as VendoredSchemas;

export function kindKeyOf({ apiVersion, kind }: Manifest): KindKey {
  return `${apiVersion} ${kind}`;
}

/** Whether objects of this kind live in a namespace; our own do. */
export function isNamespaced(object: Manifest): boolean {
  return vendoredSchemas.kinds[kindKeyOf(object)]?.isNamespaced ?? true;
}

/** What is wrong with an object's shape: unknown and missing fields, wrong types and values, each with its path. */
export function schemaFaults(object: Manifest): readonly string[] {
  const validate = validatorOf(kindKeyOf(object));
  if (validate === undefined) {
    return [`${kindKeyOf(object)} has no schema: node test/e2e/write-manifest-schemas.ts brings it`];
  }
  if (validate(object)) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    `${instancePath} ${message} ${Object.values(params).join(' ')}`.trim(),
  );
}

const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

let ajv: Ajv | undefined;

function validatorOf(key: KindKey): ValidateFunction | undefined {
  ajv ??= new Ajv({ allErrors: true, strict: false, validateFormats: false, unicodeRegExp: false }).addSchema(
    {
      $id: 'manifests',
      definitions: strictly({ ...vendoredSchemas.definitions, ...ownDefinitions() }),
    },
  );
  const definition = vendoredSchemas.kinds[key]?.definition ?? key;
  return ajv.getSchema(`manifests#/definitions/${pointerOf(definition)}`);
}

function pointerOf(key: string): string {
  return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));
}

/** The schemas of our own kinds are what our own charts say: key → schema. */
function ownDefinitions(): Readonly<Record<KindKey, unknown>> {
  const metadata = { $ref: `#/definitions/${OBJECT_META}` };
  const typeMeta = { apiVersion: { type: 'string' }, kind: { type: 'string' } };
  const definitions = objectsOfCluster(CLUSTERS[0]?.name ?? '')
    .map(({ object }) => object)
    .filter((object) => object.kind === 'CustomResourceDefinition');
  return Object.fromEntries(
    definitions.flatMap(({ spec }) =>
      (spec.versions as readonly Manifest[]).map((version): [KindKey, unknown] => {
        const { properties, ...schema } = version.schema.openAPIV3Schema;
        const key = `${spec.group}/${version.name} ${spec.names.kind}`;
        return [key, { ...schema, properties: { ...typeMeta, ...properties, metadata } }];
      }),
    ),
  );
}

/** A field that a schema does not name is a fault, where the API server would drop it without a word. */
function strictly(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strictly);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, part]) => [key, strictly(part)]));
  const isClosed =
    inner['properties'] !== undefined &&
    inner['additionalProperties'] === undefined &&
    inner['x-kubernetes-preserve-unknown-fields'] !== true;
  return isClosed ? { ...inner, additionalProperties: false } : inner;
}
