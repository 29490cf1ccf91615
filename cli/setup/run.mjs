import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { root } from './report.mjs';

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** The environment of every script: the clone's own tools come first. */
export const scriptEnvironment = (extra = {}) => ({
  ...process.env,
  PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  ...extra,
});

/**
 * Runs a command on our own terminal and gives its exit code. A signal to us alone is passed on, and we wait: the
 * command puts its own house in order. (Ctrl-C reaches it directly, and a second one from us does it no harm.)
 */
export function run(command, args, { env = scriptEnvironment(), cwd = process.cwd() } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: 'inherit' });
    const pass = (signal) => void child.kill(signal);
    for (const signal of endingSignals) process.on(signal, pass);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      for (const name of endingSignals) process.off(name, pass);
      resolve(code ?? 128 + ({ SIGHUP: 1, SIGINT: 2, SIGKILL: 9 }[signal] ?? 15));
    });
  });
}

/** Runs TypeScript of this clone from source. */
export const runTypeScript = (file, args, options) =>
  run(process.execPath, [...fromSource(), join(root, file), ...args], options);

/** Resolved when it is used: when this module is read, tsx may not be installed yet. */
export const fromSource = () => ['--conditions=laneway-source', '--import', import.meta.resolve('tsx')];

/** Runs a command to its end and gives its exit code and all it printed. */
export function capture(command, args, { cwd = root, env = scriptEnvironment() } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('error', (error) => resolve({ code: 127, output: String(error) }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
