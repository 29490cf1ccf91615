import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Row, RowResult } from '../driver/row.js';

const script = fileURLToPath(new URL('./engine-restart-run.ts', import.meta.url));

/**
 * The engine itself killed and restarted. In a process of its own, with an engine of its own: SDK clients keep to the
 * endpoint that they were made for.
 */
export const engineRestart: Row = {
  name: 'engine-restart',
  title:
    'the engine killed by SIGKILL in the middle of a run and started again from what it saved: lost is what the engine forgot (it saves at a clean stop only), nothing else may be',
  engine: true,
  quick: false,
  run: async ({ witness, progress }) => {
    const args = ['--no-warnings', '--conditions=laneway-source', '--import', 'tsx', script, witness.path];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => chunk.toString().trim().split('\n').forEach(progress));
    const code = await new Promise<number | null>((done, failed) => {
      child.once('error', failed);
      child.once('close', done);
    });
    if (code !== 0) throw new Error(`${script} ended with ${code}; its reasons stand above`);
    return JSON.parse(output.trim().split('\n').at(-1) ?? '') as RowResult;
  },
};
