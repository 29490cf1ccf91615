import type { Completable, CompletableOption } from './describe-commands.js';

/** A completion script for fish, with the descriptions of commands and options. It holds everything: completing starts no process. */
export function fishScript(all: readonly Completable[], name: string): string {
  const lines = all.flatMap(({ path, commands, options }) => {
    const [, ...words] = path.split(' ');
    const seen = words.map((word) => `__fish_seen_subcommand_from ${word}`);
    const unseen =
      commands.length === 0 ? [] : [`not __fish_seen_subcommand_from ${commands.map((one) => one.name).join(' ')}`];
    const when = (parts: readonly string[]) => (parts.length === 0 ? '' : ` -n ${quoted(parts.join('; and '))}`);
    return [
      ...commands.map(
        (one) => `complete -c ${name} -f${when([...seen, ...unseen])} -a ${one.name} -d ${quoted(one.description)}`,
      ),
      ...options.map((option) => `complete -c ${name}${when(seen)} ${optionWords(option)}`),
    ];
  });
  return `# Completion of ${name} for fish\n${[...new Set(lines)].join('\n')}\n`;
}

function optionWords({ flags, description, takes, choices }: CompletableOption): string {
  const named = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const value = { none: [], free: ['-x'], file: ['-r', '-F'], choice: ['-x', '-a', quoted(choices.join(' '))] }[takes];
  return [...named, ...value, '-d', quoted(description)].join(' ');
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
