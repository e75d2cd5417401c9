import { z } from 'zod';
import type { RequestFault } from './request-fault.ts';

/** CPU time of `POST /api/process` in milliseconds: drawn evenly from low to high. */
export const COMPLEXITY_CPU_MS = { simple: [10, 50], normal: [50, 150], complex: [100, 300] } as const;
export type Complexity = keyof typeof COMPLEXITY_CPU_MS;

const COMPLEXITIES = Object.keys(COMPLEXITY_CPU_MS) as [Complexity, ...Complexity[]];
const MAX_TASK_ID = 128;
const MAX_ITEMS = 10_000;

const PROCESS = z.strictObject({
  task_id: z.union([z.string().min(1).max(MAX_TASK_ID), z.int().nonnegative()]),
  complexity: z.enum(COMPLEXITIES),
});
const QUEUE_ADD = z.strictObject({ count: z.int().min(1).max(MAX_ITEMS) });

/** What each field must be, and what to send instead. */
const ADVICE: Readonly<Record<string, { readonly rule: string; readonly remedy: string }>> = {
  task_id: {
    rule: `must be a text of 1 to ${MAX_TASK_ID} characters or a whole number from 0`,
    remedy: 'send, say, "task_id": "task-1"',
  },
  complexity: {
    rule: `must be one of ${COMPLEXITIES.join(', ')}`,
    remedy: 'send, say, "complexity": "normal"',
  },
  count: {
    rule: `must be a whole number from 1 to ${MAX_ITEMS}`,
    remedy: 'send, say, "count": 100, and more of them in further requests',
  },
  body: {
    rule: 'must be a JSON object',
    remedy: 'send one with the header Content-Type: application/json',
  },
};

type Reading<T> =
  | { readonly valid: true; readonly request: T }
  | { readonly valid: false; readonly fault: RequestFault };

/** Body of `POST /api/process`, or its first fault. */
export function readProcessRequest(body: unknown): Reading<z.infer<typeof PROCESS>> {
  return read(PROCESS, body);
}

/** Body of `POST /api/queue/add`, or its first fault. */
export function readQueueAddRequest(body: unknown): Reading<z.infer<typeof QUEUE_ADD>> {
  return read(QUEUE_ADD, body);
}

/** The fault of a body that is no JSON object. */
export function bodyFault(value: unknown): RequestFault {
  return faultOf('body', value);
}

function read<T>(schema: z.ZodType<T>, body: unknown): Reading<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return { valid: true, request: parsed.data };
  const [issue] = parsed.error.issues;
  if (issue === undefined || !isObject(body)) return { valid: false, fault: bodyFault(body) };
  if (issue.code === 'unrecognized_keys') {
    const field = issue.keys[0] ?? '';
    const remedy = 'leave it out';
    return {
      valid: false,
      fault: { field, value: body[field], rule: 'is no field of this request', remedy },
    };
  }
  const field = String(issue.path[0]);
  return { valid: false, fault: faultOf(field, body[field]) };
}

function faultOf(field: string, value: unknown): RequestFault {
  const advice = ADVICE[field];
  if (advice === undefined) throw new Error(`no advice for the field ${field}`);
  return { field, value, ...advice };
}

function isObject(body: unknown): body is Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null && !Array.isArray(body);
}
