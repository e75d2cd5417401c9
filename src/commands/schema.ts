import type { Command } from 'commander';
import { type JsonFlag, jsonLine, jsonOption } from './output/json-option.ts';
import type { Terminal } from './output/terminal.ts';

interface SchemaFlags extends JsonFlag {
  readonly table?: true;
}

/** `smartscale schema`: the JSON Schema of policies for editors, or its keys as the table of docs/policy.md. */
export function addSchemaCommand(program: Command, terminal: Terminal): void {
  program
    .command('schema')
    .description('print the JSON Schema of policy files, as editors want it')
    .option('--table', 'print every key as a Markdown table instead')
    .addOption(jsonOption('indented JSON, or the keys of --table as a list'))
    .action(async (flags: SchemaFlags) => terminal.print(await schemaText(flags)));
}

async function schemaText({ table, json }: SchemaFlags): Promise<string> {
  if (table === true) {
    const { policyKeys, policyKeyTable } = await import('../policy/policy-key-table.ts');
    return json === true ? jsonLine(policyKeys()) : policyKeyTable();
  }
  const { policyJsonSchema } = await import('../policy/policy-json-schema.ts');
  const schema = policyJsonSchema();
  return json === true ? jsonLine(schema) : `${JSON.stringify(schema, null, 2)}\n`;
}
