import { PortError } from '../ports.ts';

/**
 * Thrown by a command that could not do its work: an unreadable file, a bad argument, a world out of reach. The message is
 * one line that states the fact and then how to mend it; the command line prints it to stderr and exits with 2.
 */
export class CommandError extends Error {
  override readonly name = 'CannotDo';
}

/** Runs the command's work; what only a person can mend becomes the one line that the command line prints. */
export async function orCommandError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PortError) throw new CommandError(error.message, { cause: error });
    throw error;
  }
}
