import { Argument, type Command } from 'commander';

/** Shells that there is a script for. */
const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** Adds `laneway completion`. */
export function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('print what has a shell complete commands, options and choices')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText(
      'after',
      [
        '',
        'bash: laneway completion bash > ~/.local/share/bash-completion/completions/laneway',
        'zsh:  laneway completion zsh >> ~/.zshrc',
        'fish: laneway completion fish > ~/.config/fish/completions/laneway.fish',
      ].join('\n'),
    )
    .action(async (shell: (typeof SHELLS)[number]) => {
      const [{ describeCommands }, { bashScript }, { fishScript }, { createOutput }] = await Promise.all([
        import('./completion/describe-commands.js'),
        import('./completion/bash-script.js'),
        import('./completion/fish-script.js'),
        import('../../context/output.js'),
      ]);
      const all = describeCommands(program);
      const bash = bashScript(all, program.name());
      const zsh = `autoload -U +X bashcompinit && bashcompinit\n${bash}`;
      const script = { bash, zsh, fish: fishScript(all, program.name()) }[shell];
      createOutput({}).result(script, () => script);
    });
}
