/** Why a request is refused with 400: the field, its value, the rule it breaks, and what to send instead. */
export interface RequestFault {
  readonly field: string;
  readonly value: unknown;
  readonly rule: string;
  readonly remedy: string;
}

const MAX_VALUE = 100;

/** The body of the 400 that tells the fault; a long value is shortened. */
export function faultBody({ field, value, rule, remedy }: RequestFault): Readonly<Record<string, unknown>> {
  const text = value === undefined ? 'missing' : JSON.stringify(value);
  const shown = text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text;
  return { error: `${field} (${shown}) ${rule}: ${remedy}`, field, value: shown, rule, remedy };
}
