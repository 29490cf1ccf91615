/**
 * Runs a command with an engine: `with-engine.ts COMMAND ARGS...`. The one at AWS_ENDPOINT_URL if that is set, else a
 * MiniStack that lives as long as the command. Exits as the command did; 70 when there is no engine to be had.
 */
import { runChildGroup } from './child-group.js';
import { openEngine } from './open-engine.js';

const [command, ...args] = process.argv.slice(2);
if (command === undefined) throw new Error('usage: with-engine.ts COMMAND ARGS...');
try {
  const engine = await openEngine({ progress: (line) => process.stderr.write(`engine: ${line}\n`) });
  try {
    process.exitCode = await runChildGroup(command, args, { env: engine.environment });
  } finally {
    await engine.close();
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 70;
}
