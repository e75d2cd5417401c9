import { isCollection, isMap, isScalar, isSeq, type Pair, parseDocument, type YAMLMap } from 'yaml';

/** A value that a key of the policy should have; `path` is a group and its key, or deeper. */
export interface PolicyEdit {
  readonly path: readonly string[];
  readonly value: number | string | boolean | readonly string[];
}

/**
 * The policy's text with these values, every other line as it was, comments included. What already stands there is left alone, and a
 * text that is no block of YAML (`{}`, JSON) is written anew.
 */
export function editPolicy(text: string, edits: readonly PolicyEdit[]): string {
  return edits.reduce(editOne, text);
}

function editOne(text: string, { path, value }: PolicyEdit): string {
  const document = parseDocument(text);
  if (JSON.stringify(plain(document.getIn(path))) === JSON.stringify(value)) return text;
  const root = document.contents;
  const written = writtenValue(value);
  const node: unknown = document.getIn(path, true);
  if ((isScalar(node) || isSeq(node)) && node.range)
    return splice(text, node.range[0], node.range[1], closing(text, node.range, written));
  if (isMap(root) && root.flow !== true) return insertKey(text, root, path, written);
  document.setIn(path, value);
  return document.toString();
}

/** Block lists end with their line; what stands in one line does not. */
function closing(text: string, [from, to]: readonly [number, number, number], written: string): string {
  return text.slice(from, to).endsWith('\n') ? `${written}\n` : written;
}

/** Writes the key into the deepest group that is there, or with its groups at the end. */
function insertKey(text: string, root: YAMLMap, path: readonly string[], written: string): string {
  const { map, missing } = deepestGroup(root, path);
  if (map.flow === true) {
    const inside = (map.range?.[0] ?? 0) + 1;
    return splice(text, inside, inside, flowKey(missing, written, map));
  }
  if (map === root) {
    const gap = text === '' || text.endsWith('\n') ? '' : '\n';
    return `${text}${gap}${blockLines(missing, written, '')}`;
  }
  const at = lineStart(text, keyStart(map));
  return splice(text, at, at, blockLines(missing, written, ' '.repeat(keyStart(map) - at)));
}

function deepestGroup(
  root: YAMLMap,
  path: readonly string[],
): { readonly map: YAMLMap; readonly missing: readonly string[] } {
  const [key = '', ...rest] = path;
  const inner: unknown = rest.length === 0 ? undefined : root.get(key, true);
  return isMap(inner) ? deepestGroup(inner, rest) : { map: root, missing: path };
}

function blockLines(missing: readonly string[], written: string, indent: string): string {
  const lines = missing.map((key, i) => `${indent}${'  '.repeat(i)}${key}:`);
  return `${lines.join('\n')} ${written}\n`;
}

function flowKey(missing: readonly string[], written: string, map: YAMLMap): string {
  const inner = missing
    .toReversed()
    .reduce((value, key) => `${key}: ${value.includes(': ') ? `{ ${value} }` : value}`, written);
  return map.items.length === 0 ? ` ${inner} ` : ` ${inner},`;
}

function keyStart(map: YAMLMap): number {
  const [first] = map.items as readonly Pair[];
  const key = first?.key;
  return isScalar(key) && key.range ? key.range[0] : (map.range?.[0] ?? 0);
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

function splice(text: string, from: number, to: number, by: string): string {
  return text.slice(0, from) + by + text.slice(to);
}

function writtenValue(value: PolicyEdit['value']): string {
  return typeof value === 'object' ? `[${value.join(', ')}]` : String(value);
}

function plain(value: unknown): unknown {
  return isCollection(value) ? value.toJSON() : value;
}
