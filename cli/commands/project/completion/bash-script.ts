import type { Completable } from './describe-commands.js';

/**
 * A completion script for bash, which zsh runs by `bashcompinit` too. It holds everything: completing starts no process.
 * @param name a word that shell functions may have
 */
export function bashScript(all: readonly Completable[], name: string): string {
  const paths = all
    .filter(({ commands }) => commands.length > 0)
    .map(({ path, commands }) => {
      return `    ${commands.map((command) => quoted(`${path} ${command.name}`)).join('|')}) path="$next" ;;`;
    });
  const words = all.map(({ path, commands, options }) => {
    const offered = [...commands.map((command) => command.name), ...options.flatMap(({ flags }) => flags[0] ?? [])];
    return `    ${quoted(path)}) words=${quoted(offered.join(' '))} ;;`;
  });
  const values = all.flatMap(({ path, options }) =>
    options.flatMap(({ flags, takes, choices }) => {
      if (takes === 'none') return [];
      const action =
        takes === 'choice' ? `words=${quoted(choices.join(' '))}` : takes === 'file' ? 'files=1' : 'words=';
      return [`    ${flags.map((flag) => quoted(`${path} ${flag}`)).join('|')}) ${action}; value=1 ;;`];
    }),
  );
  const valued = [
    ...new Set(all.flatMap(({ options }) => options.flatMap((one) => (one.takes === 'none' ? [] : one.flags)))),
  ];
  return `# Completion of ${name} for bash; for zsh after: autoload -U bashcompinit && bashcompinit
_${name}_complete() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  local path=${quoted(name)} next words='' files='' value='' word skip='' index
  for (( index = 1; index < COMP_CWORD; index++ )); do
    word="\${COMP_WORDS[index]}"
    if [[ -n "$skip" ]]; then skip=''; continue; fi
    case "$word" in
    ${valued.map(quoted).join('|')}) skip=1; continue ;;
    -*) continue ;;
    esac
    next="$path $word"
    case "$next" in
${paths.join('\n')}
    esac
  done
  case "$path $before" in
${values.join('\n')}
  esac
  if [[ -z "$value" ]]; then
    case "$path" in
${words.join('\n')}
    esac
  fi
  COMPREPLY=()
  if [[ -n "$files" ]]; then
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
  else
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$words" -- "$current")
  fi
}
complete -o filenames -F _${name}_complete ${name}
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
