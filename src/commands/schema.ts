import type { Command } from 'commander';

/** `smartscale schema`: the JSON Schema of policies, for editors and pull-request checks. */
export function addSchemaCommand(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of policy files, as editors want it')
    .action(async () => {
      const { policyJsonSchema } = await import('../policy/policy-json-schema.ts');
      process.stdout.write(`${JSON.stringify(policyJsonSchema(), null, 2)}\n`);
    });
}
