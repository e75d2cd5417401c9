import { type LoadTrace, parseTrace, TraceError } from '../../simulate/load/load-trace.ts';
import { CommandError } from '../command-error.ts';
import { readTextFile } from './read-text-file.ts';

/**
 * A trace file as a load over time.
 * @throws CommandError when it cannot be read or is malformed
 */
export async function readTraceFile(file: string): Promise<LoadTrace> {
  const text = await readTextFile(file);
  try {
    return parseTrace(file, text);
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    throw new CommandError(`${file}, ${error.message}: a trace is a CSV of timestamp,value lines`, {
      cause: error,
    });
  }
}
