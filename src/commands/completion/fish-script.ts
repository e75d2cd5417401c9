import type { CompletedCommand, CompletedOption, CompletedValue } from './completion-tree.ts';

/** The completions for fish 3.1 and newer, to be sourced or saved in a folder of `fish_complete_path`. */
export function fishScript(commands: readonly CompletedCommand[]): string {
  const paths = commands.map(({ path }) => path).filter((path) => path !== '');
  return `# Completions of smartscale for fish: smartscale completion fish | source

# Whether the words before the cursor name this command.
function __smartscale_at
    set -l words (commandline -opc)
    set -e words[1]
    set -l path ''
    for word in $words
        if contains -- "$path/$word" ${paths.join(' ')}
            set path "$path/$word"
        end
    end
    test "$path" = "$argv[1]"
end

# The words, each after what stands before the last comma.
function __smartscale_list
    set -l typed (commandline -ct | string replace -r -- '^--[^=]*=' '')
    set -l before (string match -r -- '^.*,' $typed)
    printf '%s\\n' "$before"$argv
end

complete -c smartscale -f
${commands.flatMap(linesOf).join('\n')}
`;
}

function linesOf({ path, subcommands, options, argument }: CompletedCommand): readonly string[] {
  const at = `complete -c smartscale -n "__smartscale_at '${path}'"`;
  return [
    ...subcommands.map(({ name, description }) => `${at} -a ${name} -d ${quoted(description)}`),
    ...options.map((option) => `${at} ${optionOf(option)}`),
    ...(argument === undefined || argument.kind === 'free' ? [] : [`${at} ${argumentOf(argument)}`]),
  ];
}

function optionOf({ flags, description, value }: CompletedOption): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const takes = value === undefined ? [] : [value.kind === 'free' ? '-x' : `-r ${argumentOf(value)}`];
  return [...names, ...takes, `-d ${quoted(description)}`].join(' ');
}

function argumentOf(value: CompletedValue): string {
  switch (value.kind) {
    case 'files':
      return '-F';
    case 'folders':
      return "-f -a '(__fish_complete_directories (commandline -ct))'";
    case 'free':
      return '-f';
    case 'words':
      return value.isList
        ? `-f -a '(__smartscale_list ${value.words.join(' ')})'`
        : `-f -a '${value.words.join(' ')}'`;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
