/** A policy's value as words and Markdown show it. */
export function valueText(value: unknown): string {
  return value === null ? 'unset' : JSON.stringify(value);
}
