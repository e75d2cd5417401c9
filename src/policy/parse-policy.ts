import { type CrossFieldRule, crossFieldRules } from './cross-field-rules.ts';
import { KnownValues } from './known-values.ts';
import { policyDigest } from './policy-digest.ts';
import { inLineOrder, type PolicyFault, type TextFault } from './policy-fault.ts';
import { isWithin, pathText, valueAt } from './policy-path.ts';
import { type Policy, policySchema } from './policy-schema.ts';
import { type PolicyText, readPolicyText } from './policy-text.ts';
import { schemaFaults } from './schema-faults.ts';
import { type SoldTypes, soldTypeRules } from './sold-types.ts';

/** A policy as a text states it, or everything that is wrong with the text, in the order of its lines. */
export type PolicyReading =
  | { readonly valid: true; readonly policy: Policy; readonly digest: string }
  | { readonly valid: false; readonly faults: readonly PolicyFault[] };

/**
 * Reads a policy file. Never throws: whatever a text holds comes back as a policy or as faults. An empty text is refused,
 * since a lost file must not silently mean the defaults (F78); `{}` means them. Types and zones are checked against what EC2 `sold`
 * where that is given.
 */
export function parsePolicy(text: string, sold?: SoldTypes): PolicyReading {
  if (sold !== undefined) return readPolicy(text, [...crossFieldRules, ...soldTypeRules(sold)]);
  const known = readings.get(text);
  const reading = known ?? readPolicy(text);
  readings.delete(text);
  readings.set(text, reading);
  const [oldest] = readings.keys();
  if (oldest !== undefined && readings.size > MAX_KEPT) readings.delete(oldest);
  return reading;
}

/**
 * The texts read last, the latest at the end: a restart and a revert bring back what was read before, and a reading is a matter of
 * its text alone.
 */
const readings = new Map<string, PolicyReading>();
const MAX_KEPT = 100;

function readPolicy(text: string, rules: readonly CrossFieldRule[] = crossFieldRules): PolicyReading {
  const read = readPolicyText(text);
  const { root } = read;
  if (root === undefined) return invalid(read.faults);
  const wrapped = wrappingObject(root, read);
  if (wrapped !== undefined) return invalid([wrapped]);
  const result = policySchema.safeParse(root);
  const found = result.success ? [] : schemaFaults(result.error.issues, { root, lineOf: read.lineOf });
  const inText = read.faults;
  const faults = [...inText, ...found.filter((f) => !inText.some((known) => isWithin(f.at, known.at)))];
  faults.push(...crossFieldFaults(rules, { root, earlier: faults, lineOf: read.lineOf }));
  if (faults.length > 0 || !result.success) return invalid(faults);
  return { valid: true, policy: result.data, digest: policyDigest(result.data) };
}

function crossFieldFaults(
  rules: readonly CrossFieldRule[],
  text: {
    readonly root: unknown;
    readonly earlier: readonly TextFault[];
    readonly lineOf: PolicyText['lineOf'];
  },
): readonly TextFault[] {
  const { root, earlier, lineOf } = text;
  const spoilt = earlier.map((fault) => fault.at);
  const known = new KnownValues(root, spoilt);
  return rules.flatMap(({ breaches }) =>
    breaches(known).map(({ places, rule, remedy }) => {
      const at = places.find((place) => known.isWritten(place)) ?? places[0] ?? [];
      return { at, line: lineOf(at), path: pathText(at), value: valueAt(root, at) ?? null, rule, remedy };
    }),
  );
}

/** The policy file's own name inside a ConfigMap is what kustomize's generator gives it; people must not write that. */
function wrappingObject(
  root: Readonly<Record<string, unknown>>,
  { lineOf }: PolicyText,
): TextFault | undefined {
  if (root['kind'] !== 'ConfigMap') return undefined;
  return {
    at: ['kind'],
    line: lineOf(['kind']),
    path: 'kind',
    value: 'ConfigMap',
    rule: 'this is a Kubernetes ConfigMap around a policy, not a policy',
    remedy:
      'keep only what stands below data: policy.yaml, unindented; kustomize makes the ConfigMap from it',
  };
}

function invalid(faults: readonly TextFault[]): PolicyReading {
  return {
    valid: false,
    faults: inLineOrder(faults).map(({ line, path, value, rule, remedy }) => ({
      line,
      path,
      value,
      rule,
      remedy,
    })),
  };
}
