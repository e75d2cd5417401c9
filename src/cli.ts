import { PROCESS_TERMINAL } from './commands/output/process-terminal.ts';
import { runCommandLine } from './commands/run-command-line.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of a pipe went away (`| head`): nothing is left to say, and nobody to say it to.
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

await runCommandLine(process.argv.slice(2), PROCESS_TERMINAL);
