import type { Command } from 'commander';

/** `smartscale schema`: the JSON Schema of policies for editors, or its keys as the table of docs/policy.md. */
export function addSchemaCommand(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of policy files, as editors want it')
    .option('--table', 'print every key as a Markdown table instead')
    .action(async (options: { readonly table?: true }) => {
      process.stdout.write(await schemaText(options.table === true));
    });
}

/** What the command prints. */
export async function schemaText(asTable: boolean): Promise<string> {
  if (asTable) return (await import('../policy/policy-key-table.ts')).policyKeyTable();
  const { policyJsonSchema } = await import('../policy/policy-json-schema.ts');
  return `${JSON.stringify(policyJsonSchema(), null, 2)}\n`;
}
