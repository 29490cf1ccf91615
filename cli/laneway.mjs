#!/usr/bin/env node
// The `laneway` command: the built one in an installed package; in a clone the sources, so that nothing has to be
// built first and nothing stale runs.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('./main.ts', import.meta.url));
if (existsSync(source)) {
  const tsx = import.meta.resolve('tsx');
  const args = ['--conditions=laneway-source', '--import', tsx, source, ...process.argv.slice(2)];
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.once('exit', (code) => (process.exitCode = code ?? 1));
} else if (existsSync(fileURLToPath(new URL('../dist/cli/main.js', import.meta.url)))) {
  // Node 22 keeps what it compiled, in the folder for temporary files; Node 20 cannot.
  module.enableCompileCache?.();
  await import('../dist/cli/main.js');
} else {
  process.stderr.write(
    'error: this package of laneway was made without its compiled files (dist)\n' +
      '  in the clone: npm pack --no-ignore-scripts (a user setting ignore-scripts skips the compilation), then install that\n',
  );
  process.exitCode = 1;
}
