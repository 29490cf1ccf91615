import type { Command, Option } from 'commander';

/** Words that can follow a command on the line. */
export interface Completable {
  /** `laneway`, `laneway dlq`, `laneway dlq list`, ... */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly CompletableOption[];
}

/** An option with the values that it takes. */
export interface CompletableOption {
  /** `--data`, `-y` */
  readonly flags: readonly string[];
  readonly description: string;
  /** `none`: it takes no value; `choice`: one of `choices`; `file`: a path; `free`: anything. */
  readonly takes: 'none' | 'choice' | 'file' | 'free';
  readonly choices: readonly string[];
}

/** Every command of a program with what can follow it, its own options before the global ones. */
export function describeCommands(program: Command): Completable[] {
  const global = program.options.map(describeOption);
  const walk = (command: Command, path: string): Completable[] => [
    {
      path,
      commands: command.commands.map((one) => ({ name: one.name(), description: one.description() })),
      options: [
        ...(command === program ? [] : command.options.filter(({ hidden }) => !hidden).map(describeOption)),
        ...global,
      ],
    },
    ...command.commands.flatMap((one) => walk(one, `${path} ${one.name()}`)),
  ];
  return walk(program, program.name());
}

function describeOption(option: Option): CompletableOption {
  const flags = [option.long, option.short].filter((flag) => flag !== undefined && flag !== null);
  const choices = option.argChoices ?? [];
  const path = /<(path|folder|file)>/.test(option.flags);
  const valued = option.required || option.optional;
  const takes = !valued ? 'none' : choices.length > 0 ? 'choice' : path ? 'file' : 'free';
  return { flags, description: option.description, takes, choices };
}
