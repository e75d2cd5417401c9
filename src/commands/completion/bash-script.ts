import type { CompletedCommand, CompletedValue } from './completion-tree.ts';

/** The completions for bash 3.2 and newer, to be sourced. */
export function bashScript(commands: readonly CompletedCommand[]): string {
  const paths = commands.map(({ path }) => path).filter((path) => path !== '');
  const places = commands.flatMap(({ path, options }) =>
    options.flatMap(({ flags, value }) =>
      value === undefined ? [] : flags.map((flag) => ({ place: `'${path} ${flag}'`, reply: reply(value) })),
    ),
  );
  const values = [...Map.groupBy(places, (one) => one.reply)].map(
    ([command, same]) => `  ${same.map(({ place }) => place).join(' | ')}) ${command}; return ;;`,
  );
  const words = commands.map(({ path, subcommands, options, argument }) => {
    const flags = options.flatMap((option) => option.flags).join(' ');
    const names = subcommands.map(({ name }) => name).join(' ');
    const rest =
      argument === undefined ? reply({ kind: 'words', words: [names], isList: false }) : reply(argument);
    return `  '${path}') if [[ $cur == -* ]]; then _smartscale_words '${flags}'; else ${rest}; fi ;;`;
  });
  return `# Completions of smartscale for bash: source <(smartscale completion bash)

_smartscale_reply() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do COMPREPLY+=("$line"); done
}

_smartscale_words() { _smartscale_reply < <(compgen -W "$1" -- "$cur"); }

# The last of several words with commas between.
_smartscale_list() {
  local before=
  if [[ $cur == *,* ]]; then before=\${cur%,*},; fi
  _smartscale_reply < <(compgen -P "$before" -W "$1" -- "\${cur##*,}")
  compopt -o nospace 2>/dev/null
}

_smartscale_files() {
  _smartscale_reply < <(compgen "$1" -- "$cur")
  compopt -o filenames 2>/dev/null
}

_smartscale() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} path= i
  COMPREPLY=()
  # --option=value comes as three words.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path/\${COMP_WORDS[i]}" in
    ${paths.join(' | ')}) path=$path/\${COMP_WORDS[i]} ;;
    esac
  done
  case "$path $prev" in
${values.join('\n')}
  esac
  case "$path" in
${words.join('\n')}
  esac
}

complete -F _smartscale smartscale
`;
}

/** The shell command that offers what a value may be. */
function reply(value: CompletedValue): string {
  switch (value.kind) {
    case 'files':
      return '_smartscale_files -f';
    case 'folders':
      return '_smartscale_files -d';
    case 'free':
      return ':';
    case 'words':
      return `${value.isList ? '_smartscale_list' : '_smartscale_words'} '${value.words.join(' ')}'`;
  }
}
