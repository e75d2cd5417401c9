import { z } from 'zod';
import type { OfferingKey } from '../../model/offering.ts';
import type { Operation } from '../../model/operation.ts';
import type { ReasonCode } from '../../model/reason-codes.ts';
import { PortError } from '../../ports.ts';
import type { Checked, SameShape } from './same-shape.ts';

/*
 * How an operation stands in a store outside this process. Keys that this version does not know are left out, so that a
 * rollback can read what a later version wrote; what is missing or of another kind is refused, never guessed.
 */

const offering = z
  .string()
  .regex(/^[^/]+\/[^/]+\/(spot|on-demand)$/, 'must be type/zone/lifecycle')
  .transform((key) => key as OfferingKey);
const facts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
// A code that this version does not know is kept as it is: it is shown, and no rule asks for it.
const code = z.string().transform((known) => known as ReasonCode);
const reason = z.object({ code, text: z.string(), facts: facts.optional() });
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

const resources = z.object({
  cpuMillis: z.number(),
  memoryMiB: z.number(),
  pods: z.number(),
  extended: z.record(z.string(), z.number()).optional(),
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

const record = z.discriminatedUnion('kind', [
  z.object({
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
    boughtFor: z.array(z.string()).optional(),
    allocatable: resources.optional(),
    joinWithinMs: z.number().optional(),
    forJobs: z.literal(true).optional(),
    replaces: z.object({ instanceId: z.string(), interruption }).optional(),
    consolidates: z.array(z.string()).optional(),
    forPool: z.literal(true).optional(),
    starts: z.object({ instanceId: z.string(), offering }).optional(),
  }),
  z.object({
    ...base,
    kind: z.literal('remove'),
    step: z.enum(['intended', 'draining', 'terminating', 'aborting', 'removed', 'aborted']),
    nodeName: z.string().min(1),
    instanceId: z.string(),
    graceLimitSeconds: z.number(),
    isRepair: z.literal(true).optional(),
    interruption: interruption.optional(),
    untaken: z.array(z.string()).optional(),
    reclaimed: offering.optional(),
    isCordonOnly: z.literal(true).optional(),
    fromPool: z.literal(true).optional(),
  }),
]);

/** Does not compile when record and model differ: a field that is forgotten here would be lost with every restart. */
type Recorded = Checked<Operation, SameShape<z.output<typeof record>, Operation>>;

/** The operation that a store holds under `where`. Throws a configuration `PortError` that names the field when it is none. */
export function operationOf(stored: unknown, where: string): Operation {
  const reading = record.safeParse(stored);
  // JSON has no `undefined`, so an optional key that is there has a value, as the model wants it.
  if (reading.success) return reading.data as Recorded;
  const [issue] = reading.error.issues;
  const field = issue?.path.join('.') || 'the whole';
  throw new PortError(
    `the ledger's ${where} is no operation: ${field}: ${issue?.message ?? 'unreadable'}; look at it, and delete it once you know what became of it`,
    { retry: 'configuration', code: 'ledger-unreadable' },
  );
}
