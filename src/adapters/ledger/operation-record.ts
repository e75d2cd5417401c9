import { z } from 'zod';
import type { LaunchOperation, Operation, RemoveOperation } from '../../model/operation.ts';
import { PortError } from '../../ports.ts';

/*
 * How an operation stands in a store outside this process. Keys that this version does not know are left out, so that a
 * rollback can read what a later version wrote; what is missing or of another kind is refused, never guessed.
 */

const offering = z.string().regex(/^[^/]+\/[^/]+\/(spot|on-demand)$/, 'must be type/zone/lifecycle');
const facts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const reason = z.object({ code: z.string(), text: z.string(), facts: facts.optional() });
const fault = z.object({
  class: z.enum([
    'capacity',
    'spot-only',
    'quota',
    'transient',
    'authorization',
    'configuration',
    'token-mismatch',
  ]),
  code: z.string(),
  message: z.string(),
  offerings: z.array(offering),
  atMs: z.number(),
});

const interruption = z.enum(['spot-warning', 'rebalance', 'state-change', 'maintenance']);

const base = {
  id: z.string().min(1),
  decisionId: z.string(),
  policy: z.object({ digest: z.string(), revision: z.string().optional() }),
  reasons: z.array(reason),
  createdAtMs: z.number(),
  deadlineMs: z.number(),
  endedAtMs: z.number().optional(),
  outcome: reason.optional(),
};

const launchRecord = z.object({
  ...base,
  kind: z.literal('launch'),
  step: z.enum(['intended', 'launched', 'stopping', 'undoing', 'ready', 'pooled', 'failed']),
  offerings: z.array(offering).min(1),
  attempt: z.number().int().min(1),
  instanceId: z.string().optional(),
  launchedAtMs: z.number().optional(),
  offering: offering.optional(),
  faults: z.array(fault),
  retryAtMs: z.number().optional(),
  nominatedPods: z.array(z.string()),
  startsCooldown: z.boolean(),
  replaces: z.object({ instanceId: z.string(), interruption }).optional(),
  consolidates: z.array(z.string()).optional(),
  forPool: z.literal(true).optional(),
  starts: z.object({ instanceId: z.string(), offering }).optional(),
});

const removeRecord = z.object({
  ...base,
  kind: z.literal('remove'),
  step: z.enum(['intended', 'draining', 'terminating', 'aborting', 'removed', 'aborted']),
  nodeName: z.string().min(1),
  instanceId: z.string(),
  graceLimitSeconds: z.number(),
  isRepair: z.literal(true).optional(),
  interruption: interruption.optional(),
  isCordonOnly: z.literal(true).optional(),
  fromPool: z.literal(true).optional(),
});

const record = z.discriminatedUnion('kind', [launchRecord, removeRecord]);

/** Readonly to the leaves; an offering's key is stored as any text of its form. */
type Frozen<T> = T extends readonly (infer Element)[]
  ? readonly Frozen<Element>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;

/** Fields that only one of both has, or whose values the record could not hold. */
type Mismatched<Stored, Model> =
  | Exclude<keyof Stored, keyof Model>
  | {
      [Key in keyof Model]-?: Key extends keyof Stored
        ? Model[Key] extends Frozen<Stored[Key]>
          ? never
          : Key
        : Key;
    }[keyof Model];

/** The record, or `never` when it does not match the model: a field that is forgotten in one of both does not compile. */
type Matching<Stored, Model> = Mismatched<Stored, Model> extends never ? Stored : never;
type StoredOperation =
  | Matching<z.output<typeof launchRecord>, LaunchOperation>
  | Matching<z.output<typeof removeRecord>, RemoveOperation>;

/** The operation that a store holds under `where`. Throws a configuration `PortError` that names the field when it is none. */
export function operationOf(stored: unknown, where: string): Operation {
  const reading = record.safeParse(stored);
  // JSON has no `undefined`, so an optional key that is there has a value, as the model wants it.
  if (reading.success) return reading.data satisfies StoredOperation as Operation;
  const [issue] = reading.error.issues;
  const field = issue?.path.join('.') || 'the whole';
  throw new PortError(
    `the ledger's ${where} is no operation: ${field}: ${issue?.message ?? 'unreadable'}; look at it, and delete it once you know what became of it`,
    { retry: 'configuration', code: 'ledger-unreadable' },
  );
}
