import type { Command } from 'commander';
import { type JsonFlag, jsonLine, jsonOption } from './output/json-option.ts';
import type { Terminal } from './output/terminal.ts';
import { withProgress } from './output/with-progress.ts';

interface PackFlags extends JsonFlag {
  readonly pods: string;
  readonly offerings: string;
}

/** `smartscale pack`: the fleet that a list of pods needs, bought from a list of offerings, and which pod goes where. */
export function addPackCommand(program: Command, terminal: Terminal): void {
  program
    .command('pack')
    .description('compute which nodes to buy for a list of pods, their cost and the node of each pod')
    .requiredOption(
      '--pods <file>',
      'pods in short or as a Kubernetes List, JSON or YAML; - reads standard input',
    )
    .requiredOption('--offerings <file>', 'what can be bought, with prices')
    .addOption(jsonOption('tables'))
    .action((flags: PackFlags) => pack(flags, terminal));
}

async function pack(flags: PackFlags, terminal: Terminal): Promise<void> {
  const json = flags.json === true;
  const { packFiles } = await import('../use-cases/pack/pack-files.ts');
  const packed = await withProgress(terminal, { text: 'reading', json }, (report) =>
    packFiles(flags, (text) => report({ text })),
  );
  for (const note of packed.notes) terminal.note(note);
  const { packDocument, packText } = await import('./pack-words.ts');
  terminal.print(json ? jsonLine(packDocument(packed)) : packText(packed, terminal.paint));
}
