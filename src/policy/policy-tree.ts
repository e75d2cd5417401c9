import { isAlias, isMap, isNode, isScalar, isSeq, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import type { TextFault } from './policy-fault.ts';
import { type PolicyPath, pathText } from './policy-path.ts';

/** Plain data of a YAML tree, what could not become plain data, and where each part stands. */
export interface PolicyTree {
  readonly value: unknown;
  readonly faults: readonly TextFault[];
  readonly lineOf: (path: PolicyPath) => number;
}

/** A policy is four levels deep; a little more still gets its own message for each unknown key. */
const MAX_LEVELS = 12;

/**
 * Turns parsed YAML into plain data. Aliases, tags and keys that are not text are faults instead of being expanded: a
 * policy needs none of them, and a few bytes of aliases can stand for gigabytes.
 */
export function readTree(contents: unknown, lineAt: (offset: number) => number): PolicyTree {
  const walk = new TreeWalk(lineAt);
  const value = walk.valueOf(contents, []);
  return { value, faults: walk.faults, lineOf: (path) => walk.lineOf(path) };
}

type Refusal = Pick<TextFault, 'value' | 'rule' | 'remedy'>;

class TreeWalk {
  readonly faults: TextFault[] = [];
  readonly #lines = new Map<string, number>();
  readonly #lineAt: (offset: number) => number;

  constructor(lineAt: (offset: number) => number) {
    this.#lineAt = lineAt;
  }

  lineOf(path: PolicyPath): number {
    for (let length = path.length; length >= 0; length -= 1) {
      const line = this.#lines.get(pathKey(path.slice(0, length)));
      if (line !== undefined) return line;
    }
    return 1;
  }

  valueOf(node: unknown, path: PolicyPath): unknown {
    const line = this.#lineOfNode(node) ?? this.lineOf(path);
    if (!this.#lines.has(pathKey(path))) this.#lines.set(pathKey(path), line);
    if (!isNode(node)) return null;
    if (isAlias(node)) {
      return this.#refuse(path, {
        value: `*${node.source}`,
        rule: 'aliases are not allowed',
        remedy: 'write the value out',
      });
    }
    if (node.tag !== undefined) {
      return this.#refuse(path, {
        value: node.tag,
        rule: 'YAML tags are not allowed',
        remedy: `delete ${node.tag}`,
      });
    }
    if (path.length > MAX_LEVELS) {
      return this.#refuse(path, {
        value: null,
        rule: 'is nested too deeply',
        remedy: 'write at most four levels',
      });
    }
    if (isMap(node)) return this.#mapping(node, path);
    return isSeq(node) ? this.#list(node, path) : node.value;
  }

  #mapping(map: YAMLMap, path: PolicyPath): Readonly<Record<string, unknown>> {
    const found: Record<string, unknown> = {};
    for (const pair of map.items) this.#entry(found, pair, path);
    return found;
  }

  #entry(found: Record<string, unknown>, pair: Pair, path: PolicyPath): void {
    const keyLine = this.#lineOfNode(pair.key) ?? this.lineOf(path);
    if (!isScalar(pair.key) || pair.key.tag !== undefined) {
      const refusal = { value: null, rule: 'a key must be plain text', remedy: 'write `key: value`' };
      this.#refuse([...path, '?'], refusal, keyLine);
      return;
    }
    const key = String(pair.key.value);
    const inner = [...path, key];
    if (Object.hasOwn(found, key)) {
      const earlier = this.lineOf(inner);
      const rule = `is written twice; the first stands in line ${earlier}`;
      const value = isScalar(pair.value) ? pair.value.value : null;
      this.#refuse(inner, { value, rule, remedy: 'delete one of the two' }, keyLine);
      return;
    }
    this.#lines.set(pathKey(inner), keyLine);
    // Defined, not assigned: a key named __proto__ must stay a key, so that it is refused as unknown.
    const value = this.valueOf(pair.value, inner);
    Object.defineProperty(found, key, { value, enumerable: true, configurable: true, writable: true });
  }

  #list(list: YAMLSeq, path: PolicyPath): readonly unknown[] {
    return list.items.map((item, i) => this.valueOf(item, [...path, i]));
  }

  #refuse(at: PolicyPath, fault: Refusal, line = this.lineOf(at)): null {
    this.faults.push({ at, line, path: pathText(at), ...fault });
    return null;
  }

  #lineOfNode(node: unknown): number | undefined {
    const offset = isNode(node) ? node.range?.[0] : undefined;
    return offset === undefined ? undefined : this.#lineAt(offset);
  }
}

function pathKey(path: PolicyPath): string {
  return JSON.stringify(path);
}
