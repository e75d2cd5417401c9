import { parseAllDocuments } from 'yaml';
import { synthesize } from '../../charts/synthesize.ts';

/** An object of a manifest. Tests read it loosely; schemas and the API server check its shape. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Manifest = any;

/** Synthesis takes a second, and always gives the same. */
let files: ReturnType<typeof synthesize> | undefined;

/** The objects of one generated file, such as `clusters/production/autoscaler/autoscaler.yaml`. */
export function objectsOf(path: string): readonly Manifest[] {
  files ??= synthesize();
  const text = files.get(path);
  if (text === undefined) throw new Error(`no chart makes ${path}`);
  return parseAllDocuments(text).map((document) => document.toJS());
}

/** The only object of a kind in a generated file. */
export function objectOf(path: string, kind: string): Manifest {
  const found = objectsOf(path).filter((object) => object.kind === kind);
  if (found.length !== 1) throw new Error(`${path} has ${found.length} objects of kind ${kind}, not one`);
  return found[0];
}
