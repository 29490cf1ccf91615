/**
 * Runs a command with an engine: `with-engine.ts [--engines=N] COMMAND ARGS...`. The one at AWS_ENDPOINT_URL if that is set, else a
 * MiniStack that lives as long as the command. Exits as the command did; 70 when there is no engine to be had.
 *
 * With N engines it is for a command of N processes that are to have one each: LANEWAY_ENGINES holds, as JSON, a list of
 * the variables by which each of them is reached, and AWS_ENDPOINT_URL is left unset, so that whoever passes over the list finds none.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runChildGroup } from './child-group.js';
import { openEngine, type OpenEngine } from './open-engine.js';

const [first = '', ...others] = process.argv.slice(2);
const given = /^--engines=([1-9])$/.exec(first)?.[1];
const [command, ...args] = given === undefined ? [first, ...others] : others;
if (command === undefined || command === '') throw new Error('usage: with-engine.ts [--engines=N] COMMAND ARGS...');
const wanted = process.env['AWS_ENDPOINT_URL'] ? 1 : Number(given ?? 1);
const engines: OpenEngine[] = [];
try {
  while (engines.length < wanted)
    engines.push(await openEngine({ progress: (line) => process.stderr.write(`engine: ${line}\n`) }));
  process.exitCode = await runChildGroup(command, args, { env: environmentOf(engines) });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 70;
} finally {
  await Promise.all(engines.map((engine) => engine.close()));
}

function environmentOf([engine, ...more]: readonly OpenEngine[]): NodeJS.ProcessEnv {
  if (engine === undefined || more.length === 0) return engine?.environment ?? process.env;
  const reached = engines.map(({ environment }) =>
    Object.fromEntries(
      ['AWS_ENDPOINT_URL', 'NODE_EXTRA_CA_CERTS', 'AWS_CA_BUNDLE'].map((name) => [name, environment[name]]),
    ),
  );
  const { AWS_ENDPOINT_URL: _, ...common } = engine.environment;
  return { ...common, ...trusted(), LANEWAY_ENGINES: JSON.stringify(reached) };
}

/** Node reads the certificates that it trusts when it starts, when a process does not know its engine yet: it trusts those of all. */
function trusted(): NodeJS.ProcessEnv {
  const files = engines.flatMap(({ target }) => (target.kind === 'aws' || !target.caFile ? [] : [target.caFile]));
  const [one] = files;
  if (one === undefined) return {};
  // Beside the first, in the folder that goes with its engine.
  const all = join(dirname(one), 'all-engines.pem');
  writeFileSync(all, files.map((file) => readFileSync(file, 'utf8')).join('\n'));
  return { NODE_EXTRA_CA_CERTS: all };
}
