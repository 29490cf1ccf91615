import type { Command } from 'commander';
import type { InitCommandOptions } from './init.js';
import { TEMPLATES, TEST_RUNNERS } from './init/templates.js';
import type { GlobalOptions } from '../../context/output.js';

/** Adds `laneway init`. */
export function addInit(program: Command): void {
  program
    .command('init')
    .description('write a project that compiles, tests, deploys and demonstrates itself, and install its packages')
    .argument('[dir]', 'folder that is empty or does not exist', '.')
    .option('-t, --template <name>', TEMPLATES.join(', '), 'request')
    .option('--tests <runner>', TEST_RUNNERS.join(' or '), 'jest')
    .option('--name <name>', 'name of package and application (default: the name of the folder)')
    .option('--laneway <spec>', 'version of laneway, or path of its tarball (default: as this one was installed)')
    .option('--no-install', 'write the files only')
    .option('--git', 'git init as well')
    .action(async (dir: string, options: InitCommandOptions, command: Command) => {
      const [{ initCommand }, { createOutput }] = await Promise.all([
        import('./init.js'),
        import('../../context/output.js'),
      ]);
      await initCommand(createOutput(command.optsWithGlobals<GlobalOptions>()), dir, options);
    });
}
