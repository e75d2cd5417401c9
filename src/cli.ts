import { Command } from 'commander';

const program = new Command('smartscale').description(
  "Grows and shrinks a K3s cluster's EC2 workers; one policy file in Git is the only lever.",
);

await program.parseAsync(process.argv);
