import { existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './report.mjs';
import { capture } from './run.mjs';

/**
 * True when node_modules holds what package-lock.json names: npm leaves a lock file of what it installed, with nothing
 * of what it skipped (packages for other systems).
 */
export function packagesInstalled(root) {
  const wanted = readPackages(join(root, 'package-lock.json'));
  const present = readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined || present === undefined) return false;
  return Object.entries(wanted).every(([path, { version, optional, devOptional, link }]) => {
    if (path === '' || link === true) return true;
    const found = present[path];
    if (found === undefined) return optional === true || devOptional === true;
    // An installation that was killed half-way leaves its list without the packages.
    return found.version === version && existsSync(join(root, path, 'package.json'));
  });
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** Runs `npm ci` with the npm that runs this script. */
export async function installPackages(root) {
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw new SetupError('node_modules is a link, and npm ci would empty what is behind it', [
      'remove the link and run it again, or run npm ci where it leads to',
    ]);
  }
  const npm = process.env.npm_execpath;
  const [command, ...before] = npm !== undefined && /npm-cli\.[cm]?js$/.test(npm) ? [process.execPath, npm] : ['npm'];
  const { code, output } = await capture(command, [...before, 'ci', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: root,
  });
  if (code === 0) return;
  const log = join(root, '.laneway', 'npm-ci.log');
  mkdirSync(join(root, '.laneway'), { recursive: true });
  writeFileSync(log, output);
  const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|ERR_SOCKET_TIMEOUT|network/i.test(output);
  const last = output.trim().split('\n').slice(-8).join('\n');
  throw new SetupError(`npm ci failed:\n${last}`, [
    offline ? 'check the network, the proxy and npm config get registry, then run it again' : `read ${log}`,
    'packages from an earlier installation on another machine: remove node_modules and run it again',
  ]);
}
