import { spawn } from 'node:child_process';
import { LanewayError } from '../../../../shared/domain/base/errors.js';

/** The package managers that a project can be installed by. */
export type PackageManager = 'npm' | 'pnpm' | 'yarn';

/** The package manager that runs this process; npm when none does. */
export function packageManager(env: NodeJS.ProcessEnv = process.env): PackageManager {
  const name = /^(\w+)\//.exec(env['npm_config_user_agent'] ?? '')?.[1];
  return name === 'pnpm' || name === 'yarn' ? name : 'npm';
}

/**
 * Installs the packages of a project; what the package manager prints goes to stderr, unless `quiet`.
 * @throws LanewayError CONFIGURATION when it fails or is interrupted: the files stay
 */
export async function installProject(
  directory: string,
  manager: PackageManager,
  { quiet, retry }: { readonly quiet: boolean; readonly retry: string },
): Promise<void> {
  const args = ['install', ...(manager === 'npm' ? ['--no-audit', '--no-fund'] : [])];
  // Ctrl-C reaches the package manager as well: it ends in order, and what is left is said.
  let interrupted = false;
  const interrupt = () => (interrupted = true);
  process.on('SIGINT', interrupt);
  const ended = await new Promise<string | undefined>((done) => {
    const stdio = quiet ? 'ignore' : (['ignore', process.stderr, 'inherit'] as const);
    const child = spawn(manager, args, {
      cwd: directory,
      stdio: typeof stdio === 'string' ? stdio : [...stdio],
      shell: process.platform === 'win32',
    });
    child.once('error', (error) => done(error.message));
    child.once('close', (code, signal) => done(code === 0 ? undefined : `it ended with ${signal ?? code}`));
  }).finally(() => process.off('SIGINT', interrupt));
  if (ended === undefined) return;
  throw new LanewayError(
    'CONFIGURATION',
    `${manager} install ${interrupted ? 'was interrupted' : `did not succeed: ${ended}`}`,
    { help: [`the files of the project are written and stay in ${directory}`, `to go on: ${retry}`] },
  );
}
