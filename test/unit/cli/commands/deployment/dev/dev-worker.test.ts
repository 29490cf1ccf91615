import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDevWorker, type DevWorker } from '../../../../../../cli/commands/deployment/dev/dev-worker.js';

/** Notes its start, and its end by SIGTERM or by the end of the channel; `crash` in its code ends it at once. */
const PROGRAM = `
  import { appendFileSync, readFileSync } from 'node:fs';
  const [log, entry] = process.argv.slice(2);
  const say = (what) => appendFileSync(log, what + ' ' + process.pid + '\\n');
  const end = (how) => () => { say(how); process.exit(0); };
  process.on('SIGTERM', end('drained'));
  process.on('disconnect', end('left alone'));
  say('started');
  if (readFileSync(entry, 'utf8').includes('crash')) process.exit(7);
  setInterval(() => undefined, 1000);
`;

let folder: string;
let worker: DevWorker | undefined;
let ends: (number | string)[];
const path = (name: string) => join(folder, name);
const log = () => readFileSync(path('log'), 'utf8').split('\n').filter(Boolean);
const said = () => log().map((line) => line.replace(/ \d+$/, ''));

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'laneway-dev-worker-')));
  ends = [];
  writeFileSync(path('program.mjs'), PROGRAM);
  writeFileSync(path('log'), '');
  writeFileSync(path('part.ts'), 'export const part = 1;');
  writeFileSync(path('worker.ts'), "import { part } from './part.js'; import 'a-package'; export default part;");
});

afterEach(async () => {
  await worker?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const open = async () =>
  (worker = await openDevWorker('clerk', path('worker.ts'), {
    directory: folder,
    command: [process.execPath, path('program.mjs'), path('log'), path('worker.ts')],
    ended: (how) => ends.push(how),
  }));

async function until(done: () => boolean): Promise<void> {
  for (const giveUp = Date.now() + 60_000; !done(); await sleep(50)) {
    if (Date.now() > giveUp) throw new Error(`not within a minute: ${log().join(', ')}; ended: ${ends.join(', ')}`);
  }
}

test('runs a process, knows the files it is made of, and drains it before another one starts', async () => {
  const opened = await open();
  expect([...opened.inputs].sort()).toEqual([path('part.ts'), path('worker.ts')]);
  await until(() => said().length === 1);
  expect(await opened.rebuild()).toBe(false);
  writeFileSync(path('part.ts'), 'export const part = 2;');
  expect(await opened.rebuild()).toBe(true);
  await opened.restart();
  await until(() => said().length === 3);
  expect(said()).toEqual(['started', 'drained', 'started']);
  await opened.dispose();
  expect(said()).toEqual(['started', 'drained', 'started', 'drained']);
  expect(ends).toEqual([]);
});

test('tells of a process that ended by itself, and starts another at the next edit', async () => {
  writeFileSync(path('worker.ts'), 'export default "crash";');
  const opened = await open();
  await until(() => ends.length === 1);
  expect(ends).toEqual([7]);
  writeFileSync(path('worker.ts'), 'export default "mended";');
  expect(await opened.rebuild()).toBe(true);
  await opened.restart();
  await until(() => said().length === 2);
  expect(said()).toEqual(['started', 'started']);
});
