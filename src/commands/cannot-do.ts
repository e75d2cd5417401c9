/**
 * Thrown by a command that could not do its work: an unreadable file, a bad argument, a world out of reach. The message is
 * one line that states the fact and then how to mend it; the command line prints it to stderr and exits with 2.
 */
export class CannotDo extends Error {
  override readonly name = 'CannotDo';
}
