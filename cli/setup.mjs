#!/usr/bin/env node
/**
 * `node cli/setup.mjs <script> [arguments]`: makes this clone ready, then runs the script. Node built-ins only, because
 * it runs before anything is installed; under a second when there is nothing to do. package.json names every script.
 */
import {
  EngineUnavailableError,
  installMinistack,
  ministackInstallation,
  ministackLacks,
} from '../infra/engines/ministack-install.mjs';
import { installPackages, packagesInstalled } from './setup/packages.mjs';
import { root, say, SetupError, step } from './setup/report.mjs';
import { scripts } from './setup/scripts.mjs';

const oldestNode = [20, 19];
const [name = '', ...args] = process.argv.slice(2);

try {
  checkNode();
  const script = scripts[name];
  if (script === undefined)
    throw new SetupError(`unknown script '${name}'`, [`known: ${Object.keys(scripts).join(', ')}`], 2);
  await prepare(script, args);
  process.exitCode = await script.run(args);
} catch (error) {
  const known = error instanceof SetupError || error instanceof EngineUnavailableError;
  say(known ? error.message : error);
  process.exitCode = error instanceof SetupError ? error.exitCode : 1;
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  throw new SetupError(`Node ${process.versions.node} is too old: Laneway needs ${oldestNode.join('.')} or newer`, [
    'install a current Node, with your package manager or a version manager such as nvm or fnm',
  ]);
}

/** Packages and engine side by side; only what is missing. A script that uses the user's engine installs none. */
async function prepare({ engine = false, withoutEngine = false }, args) {
  const needed = typeof engine === 'function' ? engine(args) : engine;
  const wanted = needed && !process.env.AWS_ENDPOINT_URL;
  const ownEngine = wanted && !(withoutEngine && (await ministackLacks({ projectDirectory: root })));
  const steps = [];
  if (!packagesInstalled(root)) steps.push(step('packages (npm ci)', () => installPackages(root)));
  if (ownEngine && !ministackInstallation(root).installed) {
    steps.push(step('local engine', () => installMinistack({ projectDirectory: root })));
  }
  const results = await Promise.allSettled(steps);
  const failed = results.filter((result) => result.status === 'rejected').map((result) => result.reason);
  for (const reason of failed.slice(1)) say(reason.message);
  if (failed.length > 0) throw failed[0];
}
