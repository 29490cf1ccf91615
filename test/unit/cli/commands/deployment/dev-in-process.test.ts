import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../../../..');
mkdirSync(join(root, '.laneway'), { recursive: true });
// Inside the clone, so that the project finds its packages; laneway itself only by a link, as npm makes one.
const project = mkdtempSync(join(root, '.laneway', 'dev-in-process-'));
const write = (file: string, text: string): void => writeFileSync(join(project, file), text);
afterAll(() => rmSync(project, { recursive: true, force: true }));

const TOPOLOGY = `
import * as z from 'zod';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
export const Placed = event('Placed', z.object({ order: z.string() }));
export const Priced = event('Priced', z.object({ order: z.string(), cents: z.number() }));
export const Price = command('Price', z.object({ order: z.string() }), { reply: Priced });
export const shop = defineTopology('dev-shop', {
  channels: { orders: { carries: [Placed] }, prices: { carries: [Price] }, priced: { carries: [Priced] } },
  agents: { clerk: { subscribes: ['orders', 'prices'] } },
  clients: { till: { publishes: [Placed, Price] } },
});
`;
const agent = (cents: string): string => `
import { createAgent, PermanentError } from 'laneway/agent';
import { shop } from './topology.ts';
const clerk = createAgent(shop, 'clerk').handle({
  Placed: ({ data }) => {
    if (data.order === 'stray') void Promise.reject(new Error('nobody waits for this'));
    if (data.order === 'bad') throw new PermanentError('no such order');
  },
  Price: ({ data }) => ({ order: data.order, cents: ${cents} }),
});
export const agents = [clerk];
`;

interface Dev {
  readonly say: (line: string) => void;
  /** Waits for a text on either stream, in what came since the last was found. */
  readonly until: (what: RegExp) => Promise<string>;
  readonly end: () => Promise<number | null>;
}

function startDev(): Dev {
  const from = ['--conditions=laneway-source', '--import', 'tsx', join(root, 'cli/main.ts')];
  const dev = spawn(process.execPath, [...from, 'dev', '--in-process'], {
    cwd: project,
    // Neither an engine nor an account: nothing in here could be reached.
    env: { PATH: process.env['PATH'], HOME: project, NODE_NO_WARNINGS: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let told = '';
  for (const stream of [dev.stdout, dev.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (told += text));
  const ended = new Promise<number | null>((done) => dev.once('close', (code) => done(code)));
  return {
    say: (line) => void dev.stdin.write(`${line}\n`),
    until: async (what) => {
      for (const giveUp = Date.now() + 60_000; ; await new Promise((next) => setTimeout(next, 20))) {
        const found = what.exec(told);
        if (found) {
          told = told.slice(found.index + found[0].length);
          return found[1] ?? '';
        }
        if (Date.now() > giveUp || dev.exitCode !== null) throw new Error(`not told: ${String(what)}; but: ${told}`);
      }
    },
    end: () => {
      dev.kill('SIGINT');
      return ended;
    },
  };
}

test('dev --in-process runs the application without an engine, sends what is typed, and starts again at an edit', async () => {
  write('package.json', JSON.stringify({ name: 'dev-shop', type: 'module', laneway: { topology: 'topology.ts' } }));
  mkdirSync(join(project, 'node_modules'));
  symlinkSync(root, join(project, 'node_modules', 'laneway'));
  write('topology.ts', TOPOLOGY);
  write('in-process.ts', agent('100'));
  const dev = startDev();
  try {
    // A line that comes while it starts is kept until it runs.
    dev.say('send Price {"order":"early"}');
    await dev.until(/'dev-shop' runs in this process, and nothing of it survives[^]*help lists them/);
    await dev.until(/\{"order":"early","cents":100\}/);
    dev.say('send Price {"order":"a  b"}');
    await dev.until(/\{"order":"a {2}b","cents":100\}/);
    dev.say('send Placed {"order":"o-1"}');
    const conversation = await dev.until(/clerk Placed \(normal\) in \d+ ms {2}(\S+)/);
    dev.say(`trace ${conversation}`);
    await dev.until(/clerk on Placed: completed/);

    // Neither a handler that fails nor a rejection that nobody handles ends it.
    dev.say('send Placed {"order":"bad"}');
    await dev.until(/clerk Placed: the handler failed: no such order/);
    dev.say('send Placed {"order":"stray"}');
    await dev.until(/the application goes on \(unhandledRejection\)[^]*nobody waits for this/);
    dev.say('letters');
    await dev.until(/clerk {2}Placed {2}PERMANENT: no such order/);
    dev.say('sned Placed {}');
    await dev.until(/'sned' is no command[^]*did you mean 'send'/);
    dev.say('send Placed {"order":');
    await dev.until(/the payload is no JSON/);

    write('in-process.ts', agent('200'));
    await dev.until(/in-process\.ts: starting again; what waited in memory is gone[^]*help lists them/);
    dev.say('send Price {"order":"o-2"}');
    await dev.until(/"cents":200/);
    dev.say('letters');
    await dev.until(/no dead letters/);

    write('in-process.ts', 'export const agents = [');
    await dev.until(/error: [^]*watching for the edit that mends it/);
    dev.say('send Price {"order":"o-3"}');
    await dev.until(/"cents":200/);
    write('in-process.ts', 'throw new Error("broken at the start");');
    await dev.until(/broken at the start[^]*ended with 1; the next edit starts it again/);
    dev.say('send Price {"order":"o-4"}');
    await dev.until(/does not run; the line was not sent/);
    write('in-process.ts', agent('300'));
    await dev.until(/help lists them/);
    dev.say('send Price {"order":"o-5"}');
    await dev.until(/"cents":300/);
  } finally {
    expect(await dev.end()).toBe(0);
  }
});

test('dev --in-process says what to write where nothing says what runs', async () => {
  rmSync(join(project, 'in-process.ts'), { force: true });
  const dev = startDev();
  await expect(dev.until(/never/)).rejects.toThrow(
    /error NOT_FOUND: nothing says what runs in process[^]*export const agents/,
  );
  expect(await dev.end()).toBe(3);
});
