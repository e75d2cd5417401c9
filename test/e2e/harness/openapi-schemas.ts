import type { KindKey, VendoredSchemas } from '../../charts/manifest-schemas.ts';
import { collectionOf } from './api-discovery.ts';
import type { KubeClient } from './kube-client.ts';
import { eventually } from './poll.ts';

type Schema = Readonly<Record<string, unknown>>;

/** Prose and what only the API server uses; the rest decides whether an object is well formed. */
const LEFT_OUT = new Set(['default', 'description', 'example', 'format', 'title']);

/** The API server's schemas of these kinds with all that they refer to, as it publishes them under `/openapi/v3`. */
export async function openApiSchemas(kube: KubeClient, keys: readonly KindKey[]): Promise<VendoredSchemas> {
  const server = (await kube.get('/version'))['gitVersion'] as string;
  const kinds: Record<KindKey, { definition: string; isNamespaced: boolean }> = {};
  const definitions: Record<string, Schema> = {};
  for (const key of keys.toSorted()) {
    const [apiVersion = '', kind = ''] = key.split(' ');
    const { isNamespaced } = await collectionOf(kube, { apiVersion, kind });
    const [definition, published] = await eventually(`the schema of ${key}`, async () => {
      const schemas = await schemasOf(kube, apiVersion);
      const name = nameOf(schemas, apiVersion, kind);
      return name === undefined ? undefined : ([name, schemas] as const);
    });
    kinds[key] = { definition, isNamespaced };
    addWithReferences(definition, published, definitions);
  }
  return { server, kinds, definitions: Object.fromEntries(Object.entries(definitions).sort(byName)) };
}

/** One line a definition, so that a newer server's change can be read. */
export function schemaText({ server, kinds, definitions }: VendoredSchemas): string {
  const lines = (entries: object) =>
    Object.entries(entries)
      .map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`)
      .join(',\n');
  return `{
  "server": ${JSON.stringify(server)},
  "kinds": {
${lines(kinds)}
  },
  "definitions": {
${lines(definitions)}
  }
}
`;
}

async function schemasOf(kube: KubeClient, apiVersion: string): Promise<Readonly<Record<string, Schema>>> {
  const group = apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`;
  const answer = await kube.get(`/openapi/v3/${group}`);
  return (answer['components'] as { schemas: Record<string, Schema> }).schemas;
}

function nameOf(
  schemas: Readonly<Record<string, Schema>>,
  apiVersion: string,
  kind: string,
): string | undefined {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  return Object.keys(schemas).find((name) => {
    const kinds = (schemas[name]?.['x-kubernetes-group-version-kind'] ?? []) as readonly Schema[];
    return kinds.some((k) => k['group'] === group && k['version'] === version && k['kind'] === kind);
  });
}

function addWithReferences(
  name: string,
  published: Readonly<Record<string, Schema>>,
  into: Record<string, Schema>,
): void {
  if (into[name] !== undefined) return;
  const references: string[] = [];
  into[name] = bare(published[name], references) as Schema;
  for (const reference of references) addWithReferences(reference, published, into);
}

/** The schema without prose, its references noted and pointed to where the vendored file has them. */
function bare(part: unknown, references: string[]): unknown {
  if (Array.isArray(part)) return part.map((item) => bare(item, references));
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).flatMap(([key, value]): [string, unknown][] => {
      if (key === 'properties') return [[key, bareProperties(value as Schema, references)]];
      if (key === '$ref') {
        const name = String(value).replace('#/components/schemas/', '');
        references.push(name);
        return [[key, `#/definitions/${name}`]];
      }
      const isKept = !LEFT_OUT.has(key) && (!key.startsWith('x-') || key === PRESERVE);
      return isKept ? [[key, bare(value, references)]] : [];
    }),
  );
}

const PRESERVE = 'x-kubernetes-preserve-unknown-fields';

/** A property may be called like a keyword: `default` is a field of some schemas. */
function bareProperties(properties: Schema, references: string[]): Schema {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name, bare(value, references)]),
  );
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
