import { type JsonSchema, policyJsonSchema } from './policy-json-schema.ts';
import { expectation } from './value-wording.ts';

/** One key that a policy may hold, as docs/policy.md lists it. */
export interface PolicyKey {
  /** Keys joined by dots; `schedules[].start` for a key of each entry. */
  readonly path: string;
  readonly unit: string;
  /** What may stand there. */
  readonly allowed: string;
  /** As written in YAML flow style; `required` or `off` when there is none. */
  readonly default: string;
  readonly meaning: string;
  /** The requirements or failure modes that the key answers to. */
  readonly requirement: string;
}

/** By key, or by group where all its keys answer to the same; the longest match counts. */
const REQUIREMENTS: Readonly<Record<string, string>> = {
  apiVersion: 'R150',
  kind: 'R150',
  suspend: 'R185',
  'nodes.min': 'R8, R9',
  'nodes.max': 'R8, R10, R55',
  'nodes.minPerZone': 'R47, R69',
  'instances.types': 'R27, R70',
  'instances.zones': 'R30, R72',
  'instances.template': 'R27',
  'spot.percent': 'R73',
  'spot.onDemandBase': 'R74',
  'nodes.maxCpuMillis': 'R8',
  'nodes.maxMemoryMiB': 'R8',
  'spot.spreadPercent': 'R76',
  'spot.rebalance': 'R78',
  cost: 'R73-R76',
  loop: 'R1',
  pending: 'R4',
  'pending.maxNodesPerDecision': 'R11',
  'pending.sizing': 'R11',
  'pending.obeysCooldown': 'R22',
  utilization: 'R3, R7',
  'utilization.cpu.upPercent': 'R3',
  'utilization.memory.upPercent': 'R5',
  'utilization.cpu.downPercent': 'R7',
  'utilization.memory.downPercent': 'R7',
  'utilization.cpu.urgentPercent': 'R11',
  'utilization.memory.urgentPercent': 'R11',
  'utilization.network': 'R16',
  'utilization.disk': 'R16',
  'utilization.upWindowSeconds': 'R3',
  'utilization.downWindowSeconds': 'R7',
  'utilization.scrapeIntervalSeconds': 'R95',
  'utilization.minCoveragePercent': 'R7',
  'utilization.step': 'R11',
  'utilization.urgentStep': 'R11',
  'utilization.urgentPendingPods': 'R11',
  cooldown: 'R19, R20',
  'shrink.enabled': 'R7',
  'shrink.maxNodesPerDecision': 'R12, R24',
  'shrink.drainTimeoutSeconds': 'R50, R52',
  'shrink.graceLimitSeconds': 'R50',
  'shrink.minNodeAgeSeconds': 'R46',
  'shrink.unneededSeconds': 'R7',
  'shrink.minUseSeconds': 'R7',
  'shrink.retryAfterAbortSeconds': 'R52',
  'shrink.maxUnreadyPercent': 'F70',
  'shrink.budgets': 'R24',
  consolidation: 'R44, R48',
  'launch.joinTimeoutSeconds': 'R34, R35',
  'launch.minJoinTimeoutSeconds': 'R34, R35',
  'launch.maxConsecutiveFailures': 'R35',
  'launch.failurePauseSeconds': 'R21, R35',
  'launch.capacityRestSeconds': 'R70',
  warmPool: 'R42',
  schedules: 'R83',
};

/** Units as the ends of key names state them, the longer ending first. */
const UNITS: readonly (readonly [ending: RegExp, unit: string])[] = [
  [/Seconds$/, 's'],
  [/Minutes$/, 'min'],
  [/Ms$/, 'ms'],
  [/Hours$/, 'h'],
  [/MBps$/, '10^6 B/s'],
  [/percent$/i, '%'],
  [/Pods$/, 'pods'],
  [/UsdPerHour$/, 'USD/h'],
  [/UsdPerGiBMonth$/, 'USD'],
  [/Usd$/, 'USD'],
  [/MiB$/, 'MiB'],
  [/GiB$/, 'GiB'],
  [/CpuMillis$/, 'm'],
  [/^(min|max|minPerZone|minNodes|onDemandBase|maxNodesPerDecision|step|urgentStep)$/, 'nodes'],
];

/** Every key of a policy in the order of the schema. */
export function policyKeys(): readonly PolicyKey[] {
  return keysOf(policyJsonSchema(), '', false);
}

/** The keys as the Markdown table that docs/policy.md shows. */
export function policyKeyTable(): string {
  const rows = policyKeys().map(
    (key) =>
      `| \`${key.path}\` | ${key.default} | ${key.unit} | ${key.allowed} | ${key.meaning} | ${key.requirement} |`,
  );
  return [
    '| key | default | unit | allowed | meaning | requirement |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

/** The keys below `prefix`; `off` when the whole group is absent unless written. */
function keysOf(schema: JsonSchema, prefix: string, off: boolean): readonly PolicyKey[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    const path = `${prefix}${name}`;
    if (inner.properties !== undefined) return keysOf(inner, `${path}.`, inner.default === undefined);
    const absent = !off && schema.required?.includes(name) === true ? 'required' : 'off';
    const own = keyOf({ name, path, absent }, inner);
    return inner.items?.properties === undefined ? [own] : [own, ...keysOf(inner.items, `${path}[].`, false)];
  });
}

function keyOf(
  { name, path, absent }: { readonly name: string; readonly path: string; readonly absent: string },
  schema: JsonSchema,
): PolicyKey {
  return {
    path,
    unit: UNITS.find(([ending]) => ending.test(name))?.[1] ?? '',
    allowed: expectation(schema).replace(/^must be (a |an )?/, ''),
    default: schema.default === undefined ? absent : `\`${flowText(schema.default)}\``,
    meaning: schema.description ?? '',
    requirement: requirementOf(path),
  };
}

function requirementOf(path: string): string {
  const matches = Object.keys(REQUIREMENTS).filter(
    (key) => path === key || (/^[.[]/.test(path.slice(key.length)) && path.startsWith(key)),
  );
  const longest = matches.toSorted((a, b) => b.length - a.length)[0];
  return longest === undefined ? '' : (REQUIREMENTS[longest] ?? '');
}

function flowText(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
}
