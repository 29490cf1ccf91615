import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';

/** The folder of the clone. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

const heartbeatMs = 15_000;

/** The set-up cannot go on; the message ends with the ways out. */
export class SetupError extends Error {
  constructor(problem, waysOut, exitCode = 1) {
    super([problem, ...waysOut.map((way) => `  - ${way}`)].join('\n'));
    this.name = 'SetupError';
    this.exitCode = exitCode;
  }
}

/** Progress and problems go to standard error; standard output is the script's own. */
export const say = (text) => void process.stderr.write(`${text instanceof Error ? text.stack : text}\n`);

export const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** Runs one step of the set-up and says when it begins, that it still goes on, and how it ended. */
export async function step(title, work) {
  const start = Date.now();
  say(`set-up: ${title} ...`);
  const heartbeat = setInterval(() => say(`set-up: ${title}, ${seconds(start)} so far`), heartbeatMs);
  try {
    const result = await work();
    say(`set-up: ${title} done, ${seconds(start)}`);
    return result;
  } catch (error) {
    say(`set-up: ${title} failed, ${seconds(start)}`);
    throw error;
  } finally {
    clearInterval(heartbeat);
  }
}
