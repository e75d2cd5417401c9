import type { Argument, Command, Option } from 'commander';
import { type SuggestedValues, suggestedValuesOf } from './suggested-values.ts';

/** What may stand in a place of the command line; `free`: nothing that a shell could know. */
export type CompletedValue =
  | { readonly kind: 'files' | 'folders' | 'free' }
  | ({ readonly kind: 'words' } & SuggestedValues);

export interface CompletedOption {
  /** `--json`; the short form first where there is one. */
  readonly flags: readonly string[];
  readonly description: string;
  /** Absent when the option takes no value. */
  readonly value?: CompletedValue;
}

/** A command with all that may follow its name. */
export interface CompletedCommand {
  /** The names from the program's on, each after a slash: `/explain/pod`; empty for the program itself. */
  readonly path: string;
  readonly subcommands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly CompletedOption[];
  readonly argument?: CompletedValue;
}

/** Every command below and with this one, as help shows them: the tree that parses the command line is the only source. */
export async function completionTree(command: Command, path = ''): Promise<readonly CompletedCommand[]> {
  const help = command.createHelp();
  const subcommands = help.visibleCommands(command);
  const [argument] = command.registeredArguments;
  const own: CompletedCommand = {
    path,
    subcommands: subcommands.map((one) => ({ name: one.name(), description: one.description() })),
    options: await Promise.all(help.visibleOptions(command).map(completedOption)),
    ...(argument !== undefined && { argument: valueOfArgument(argument) }),
  };
  const below = await Promise.all(subcommands.map((one) => completionTree(one, `${path}/${one.name()}`)));
  return [own, ...below.flat()];
}

async function completedOption(option: Option): Promise<CompletedOption> {
  const { short, long, description, required, optional } = option;
  const flags = [short, long].filter((flag) => flag !== undefined);
  if (!required && !optional) return { flags, description };
  const words = await suggestedValuesOf(option);
  const value: CompletedValue =
    words === undefined ? valueOf(placeholderOf(option)) : { kind: 'words', ...words };
  return { flags, description, value };
}

function valueOfArgument(argument: Argument): CompletedValue {
  return argument.argChoices === undefined
    ? valueOf(argument.name())
    : { kind: 'words', words: argument.argChoices, isList: false };
}

function placeholderOf({ flags }: Option): string {
  return /[<[](.+)[>\]]/.exec(flags)?.[1] ?? '';
}

function valueOf(placeholder: string): CompletedValue {
  if (placeholder === 'file') return { kind: 'files' };
  return { kind: placeholder === 'folder' ? 'folders' : 'free' };
}
