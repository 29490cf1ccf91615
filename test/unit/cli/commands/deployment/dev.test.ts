import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../../../..');
mkdirSync(join(root, '.laneway'), { recursive: true });
// Inside the clone, so that the project finds its packages; laneway itself only by a link, as npm makes one.
const project = mkdtempSync(join(root, '.laneway', 'dev-'));
afterAll(() => rmSync(project, { recursive: true, force: true }));

const topology = (subscribes: string, tries: number) => `
import * as z from 'zod';
import { event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
const Placed = event('Placed', z.object({ order: z.string() }));
export const shop = defineTopology('dev-shop', {
  channels: { orders: { carries: [Placed], qos: { tries: ${tries} } } },
  agents: { clerk: { subscribes: ['${subscribes}' as never] } },
});
`;

test('dev watches on when its first deployment is refused, and tells code and help of each definition', async () => {
  const loader = '--conditions=laneway-source --import tsx';
  const app = `node ${loader} app.ts`;
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'dev-shop', type: 'module', laneway: { topology: 'topology.ts', app } }),
  );
  mkdirSync(join(project, 'node_modules'));
  symlinkSync(root, join(project, 'node_modules', 'laneway'));
  writeFileSync(join(project, 'app.ts'), "import './topology.ts';\n");
  writeFileSync(join(project, 'topology.ts'), topology('order', 3));
  const dev = spawn(process.execPath, [...loader.split(' '), join(root, 'cli/main.ts'), 'dev'], {
    cwd: project,
    env: {
      ...{ PATH: process.env['PATH'], HOME: project, NODE_NO_WARNINGS: '1' },
      ...{ AWS_ENDPOINT_URL: 'http://127.0.0.1:9', LANEWAY_ENGINE: 'other', AWS_MAX_ATTEMPTS: '1' },
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let told = '';
  dev.stderr.setEncoding('utf8').on('data', (text: string) => (told += text));
  const ended = new Promise<void>((done) => dev.once('close', () => done()));
  const until = async (what: RegExp) => {
    for (const giveUp = Date.now() + 120_000; !what.test(told);) {
      if (Date.now() > giveUp || dev.exitCode !== null) throw new Error(`not told: ${String(what)}; but: ${told}`);
      await new Promise((next) => setTimeout(next, 100));
    }
  };
  try {
    await until(
      /error UNKNOWN_CHANNEL: agent 'clerk' subscribes to 'order'[^]*did you mean 'orders'\?[^]*watching for the edit/,
    );
    told = '';
    writeFileSync(join(project, 'topology.ts'), topology('orders', 0));
    await until(/error INVALID_[A-Z]+: [^]*tries[^]*watching for the edit/);
    expect(dev.exitCode).toBeNull();
  } finally {
    dev.kill('SIGINT');
    await ended;
  }
});
