import { fileURLToPath } from 'node:url';

/** The path of a file that is shipped in examples/, wherever the command is started. */
export function shippedFile(path: string): string {
  return fileURLToPath(new URL(`../../../examples/${path}`, import.meta.url));
}

export const SHIPPED_POLICY = shippedFile('policies/default.yaml');
export const SHIPPED_TRACE = shippedFile('traces/nasa-http-july-1995.csv');
