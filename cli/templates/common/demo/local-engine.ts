import { spawnSync } from 'node:child_process';

/**
 * Deploys this application to the engine at AWS_ENDPOINT_URL, or to the local engine, which is started when none runs and
 * stays up (`npx laneway engine stop` ends it). Progress goes to stderr.
 * @returns false where no engine can be started; why stands on stderr
 */
export function deployLocally(): boolean {
  if (process.env['AWS_ENDPOINT_URL'] === undefined) {
    const started = laneway('engine', 'start', '--json');
    if (started.status !== 0) return false;
    const { endpoint } = JSON.parse(started.stdout) as { endpoint: string };
    process.env['AWS_ENDPOINT_URL'] = endpoint;
    process.env['AWS_REGION'] = 'us-east-1';
    process.env['AWS_ACCESS_KEY_ID'] = 'test';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
  }
  if (laneway('deploy', '--json').status !== 0) throw new Error('the deployment failed; why stands above');
  return true;
}

/** Runs the `laneway` command; what it prints as data is returned, the rest goes to stderr. */
export function laneway(...args: string[]): { status: number | null; stdout: string } {
  const { error, status, stdout } = spawnSync('laneway', args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (error) throw new Error('the laneway command was not found; start this by: npm run demo', { cause: error });
  return { status, stdout };
}
