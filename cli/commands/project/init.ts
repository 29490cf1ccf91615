import { relative } from 'node:path';
import { spawnSync } from 'node:child_process';
import { initProject, type InitOptions } from './init/init-project.js';
import { installProject, packageManager } from './init/install-project.js';
import type { Output } from '../../context/output.js';

/** Options of `laneway init`, as commander gives them. */
export interface InitCommandOptions extends InitOptions {
  readonly install: boolean;
  readonly git?: boolean;
}

/** Writes a project, installs its packages, and says what to type next. */
export async function initCommand(output: Output, folder: string, options: InitCommandOptions): Promise<void> {
  const project = initProject(folder, options);
  const { directory, files, template } = project;
  output.progress(`wrote ${files.length} files of the template '${template}' into ${directory}`);
  if (options.git === true) {
    const { status } = spawnSync('git', ['init', '--quiet'], {
      cwd: directory,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    output.progress(status === 0 ? 'git init' : 'git init did not succeed; the project is whole without it');
  }
  const manager = packageManager();
  const within = relative(process.cwd(), directory);
  const place = within.startsWith('..') ? directory : within;
  const enter = place === '' ? [] : [`cd ${place}`];
  const install = `${manager} install`;
  if (options.install) {
    output.progress(`${install} ...`);
    await installProject(directory, manager, { quiet: output.quiet, retry: [...enter, install].join(' && ') });
  }
  const next = [...enter, ...(options.install ? [] : [install]), `${manager} test`, `${manager} run demo`];
  output.result({ ...project, next }, () => ['next:', ...next.map((line) => `  ${line}`)].join('\n'));
}
