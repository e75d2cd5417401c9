import type { CompletedCommand, CompletedOption, CompletedValue } from './completion-tree.ts';

/** The completions for zsh, to be sourced after `compinit`, or to be saved as `_smartscale` in a folder of `fpath`. */
export function zshScript(commands: readonly CompletedCommand[]): string {
  return `#compdef smartscale
# Completions of smartscale for zsh: source <(smartscale completion zsh)

${commands.map(functionOf).join('\n')}
if [[ $funcstack[1] == _smartscale ]]; then
  _smartscale "$@"
else
  compdef _smartscale smartscale
fi
`;
}

function functionOf({ path, subcommands, options, argument }: CompletedCommand): string {
  const specs = options.map((option) => `    ${specOf(option)}`);
  if (argument !== undefined) specs.push(`    ${quoted(`1:${actionOf(argument)}`)}`);
  if (subcommands.length === 0) return `${nameOf(path)}() {\n  _arguments \\\n${specs.join(' \\\n')}\n}\n`;
  const names = subcommands.map(({ name, description }) => `    ${quoted(`${name}:${description}`)}`);
  const cases = subcommands.map(({ name }) => `    ${name}) ${nameOf(`${path}/${name}`)} ;;`);
  return `${nameOf(path)}() {
  local curcontext=$curcontext state line
  local -a commands
  commands=(
${names.join('\n')}
  )
  _arguments -C \\
${specs.join(' \\\n')} \\
    '1: :->command' '*:: :->rest'
  case $state in
  command) _describe command commands ;;
  rest)
    case $words[1] in
${cases.join('\n')}
    esac
    ;;
  esac
}
`;
}

function nameOf(path: string): string {
  return `_smartscale${path.replaceAll('/', '_')}`;
}

function specOf({ flags, description, value }: CompletedOption): string {
  const text = `[${description.replaceAll(/[[\]\\:]/g, String.raw`\$&`)}]`;
  const after = value === undefined ? text : `=${text}:${actionOf(value)}`;
  return flags.map((flag) => quoted(`${flag}${after}`)).join(' ');
}

/** The message and the action of `_arguments`. */
function actionOf(value: CompletedValue): string {
  switch (value.kind) {
    case 'files':
      return 'file:_files';
    case 'folders':
      return 'folder:_files -/';
    case 'free':
      return 'value: ';
    case 'words':
      return value.isList
        ? `names:_values -s , names ${value.words.join(' ')}`
        : `value:(${value.words.join(' ')})`;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
