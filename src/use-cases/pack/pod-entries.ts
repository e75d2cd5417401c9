import { CommandError } from '../command-error.ts';
import { isObject, readDocuments } from '../files/read-documents.ts';
import { checkEntry, type EntryPlace, faultOf } from './entry-rules.ts';
import { type PodManifest, podManifest } from './pod-manifest.ts';
import { manifestOf, shortPod } from './short-pod.ts';

const EXAMPLE = '{"name": "web-1", "cpuMilli": 250, "memMi": 512}';
const FORMS = `a list of pods like ${EXAMPLE}, or a Kubernetes Pod or List of Pods`;

/**
 * The pods of a file as manifests, whichever way they are written: in short, or as Kubernetes Pods and Lists of them.
 * @throws CommandError when it cannot be read, holds anything else, breaks a rule, or names a pod of one namespace twice
 */
export async function readPodManifests(file: string): Promise<readonly PodManifest[]> {
  const documents = await readDocuments(file);
  const placeOf = new Map<string, EntryPlace>();
  const manifests = documents.flatMap((document, i) => {
    const at = documents.length === 1 ? '' : `document ${i + 1}, `;
    return entriesOf(document, { file, at }).map(({ manifest, place, entry }) => {
      const { name, namespace = 'default' } = manifest.metadata;
      const first = placeOf.get(`${namespace}/${name}`);
      if (first !== undefined) {
        const path = isObject(entry) && 'metadata' in entry ? ['metadata', 'name'] : ['name'];
        const message = `${first.at} of namespace ${namespace} has this name already; rename or delete one of the two`;
        throw faultOf({ ...place, name: undefined }, { path, entry, message });
      }
      placeOf.set(`${namespace}/${name}`, place);
      return manifest;
    });
  });
  if (manifests.length === 0) throw new CommandError(`${file} has no pod: write ${FORMS}`);
  return manifests;
}

interface Entry {
  readonly manifest: PodManifest;
  readonly place: EntryPlace;
  readonly entry: unknown;
}

interface Document {
  readonly file: string;
  /** Which of the file's documents, as the beginning of a place. */
  readonly at: string;
}

function entriesOf(value: unknown, { file, at }: Document): readonly Entry[] {
  if (Array.isArray(value)) {
    return value.map((entry: unknown, i) => {
      const place = { file, at: `${at}[${i}]`, name: nameIn(entry) };
      return { manifest: manifestOf(checkEntry(shortPod, entry, place)), place, entry };
    });
  }
  const { kind } = isObject(value) ? value : {};
  if (kind === 'Pod') return [podOf(value, { file, at: `${at}Pod`, name: undefined })];
  if (isObject(value) && (kind === 'List' || kind === 'PodList')) {
    if (!Array.isArray(value['items'])) {
      throw new CommandError(`${file}: ${at}items is no list: write items: [ ] around the pods`);
    }
    return value['items'].map((entry: unknown, i) =>
      podOf(entry, { file, at: `${at}items[${i}]`, name: undefined }, kind),
    );
  }
  const found = typeof kind === 'string' ? `a ${kind}` : 'something else';
  throw new CommandError(`${file}: ${at}${found} cannot be packed: write ${FORMS}`);
}

function podOf(entry: unknown, bare: EntryPlace, listKind = 'List'): Entry {
  const { kind = listKind === 'PodList' ? 'Pod' : undefined, metadata } = isObject(entry) ? entry : {};
  const place = { ...bare, name: nameIn(metadata) };
  if (kind !== 'Pod') {
    const message = 'only Pods can be packed; list them alone, as `kubectl get pods -A -o json` does';
    throw faultOf(place, { path: ['kind'], entry, message });
  }
  return { manifest: checkEntry(podManifest, entry, place), place, entry };
}

function nameIn(value: unknown): string | undefined {
  const { name } = isObject(value) ? value : {};
  return typeof name === 'string' && name !== '' ? name : undefined;
}
