import { z } from 'zod';
import type { RecordedObject } from '../../adapters/kubernetes/read.ts';
import { CommandError } from '../command-error.ts';
import { isObject, readDocuments } from '../files/read-documents.ts';
import { checkEntry, text } from '../pack/entry-rules.ts';
import { podManifest } from '../pack/pod-manifest.ts';

const FORMS = 'Kubernetes objects or Lists of them, as `kubectl get nodes,pods -A -o yaml` prints them';

const object = z.looseObject(
  {
    kind: text,
    metadata: z.looseObject(
      { name: text, namespace: text.optional(), uid: text.optional() },
      { error: 'must be an object with a name; write metadata: {name: …}' },
    ),
  },
  { error: 'must be an object; write { } around its fields' },
);

/**
 * The objects of a file of JSON or YAML, Lists taken apart. Pods are checked, since they may be written by hand; an object without
 * a uid is given one of its own. What has no metadata is left out, and a note says so.
 * @throws CommandError when the file cannot be read, or an object is not what its kind says
 */
export async function readObjects(
  file: string,
): Promise<{ readonly objects: readonly RecordedObject[]; readonly notes: readonly string[] }> {
  const documents = await readDocuments(file);
  const entries = documents.flatMap((document, i) =>
    entriesOf(document, { file, at: documents.length === 1 ? 'the document' : `document ${i + 1}` }),
  );
  const named = entries.filter(({ value }) => isObject(value) && 'metadata' in value);
  if (named.length === 0) throw new CommandError(`${file} has no object: write ${FORMS}`);
  const left = entries.filter((entry) => !named.includes(entry));
  return {
    objects: named.map(objectOf),
    notes: left.map(({ at }) => `left out: ${at}, which is no Kubernetes object`),
  };
}

interface Entry {
  readonly value: unknown;
  readonly file: string;
  readonly at: string;
}

function entriesOf(value: unknown, { file, at }: Omit<Entry, 'value'>): readonly Entry[] {
  const kind = isObject(value) ? value['kind'] : undefined;
  if (!isObject(value) || typeof kind !== 'string' || !/^\w*List$/.test(kind)) return [{ value, file, at }];
  const { items } = value;
  if (!Array.isArray(items))
    throw new CommandError(`${file}: items of ${at} is no list: write items: [ ] around the objects`);
  const itemKind = kind.slice(0, -'List'.length);
  return items.map((item: unknown, i) => ({
    // Objects of a PodList and the like do not name their kind.
    value: isObject(item) && itemKind !== '' ? { kind: itemKind, ...item } : item,
    file,
    at: `${at}, items[${i}]`,
  }));
}

function objectOf({ value, file, at }: Entry): RecordedObject {
  const place = { file, at, name: undefined };
  const { kind, metadata } = checkEntry(object, value, place);
  const name = `${metadata.namespace ?? 'default'}/${metadata.name}`;
  if (kind === 'Pod') checkEntry(podManifest, value, { ...place, name });
  const whole = value as Readonly<Record<string, unknown>>;
  return {
    ...whole,
    kind,
    metadata: { ...metadata, uid: metadata.uid ?? `${kind}/${name}` },
  } as RecordedObject;
}
