import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingLine } from '../kit/pages/match-output.js';
import { shellCommandsOf, readPage } from '../kit/pages/read-page.js';
import { runPage, type PagePlace } from '../kit/pages/run-page.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'laneway-page-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const fence = '```';
const block = (info: string, ...lines: string[]) => [`${fence}${info}`, ...lines, fence, ''].join('\n');

function run(page: string, fill?: PagePlace['fill']) {
  const path = join(directory, 'page.md');
  writeFileSync(path, page);
  return runPage(path, { directory, environment: process.env, ...(fill === undefined ? {} : { fill }) });
}

test('files are written, commands run where they are, and what they print is held against the page', async () => {
  const page = [
    block('ts file=src/greeting.txt', 'hello', 'you'),
    block('sh', '# shows it', 'cat src/greeting.txt', "echo 'took 12 ms'"),
    block('text output', 'hello', '...', 'took 900 ms'),
  ].join('\n');
  expect(await run(page)).toEqual({ ran: 2, skipped: [], files: 1, directory });
  expect(readFileSync(join(directory, 'src/greeting.txt'), 'utf8')).toBe('hello\nyou\n');
});

test.each([
  ['a command that fails', block('sh', 'true', 'exit 3'), /page\.md:1: ended with 3, not 0/],
  ['a command that fails in the middle', block('sh', 'false', 'true'), /ended with 1/],
  ['a command that fails in a pipe', block('sh', 'false | cat'), /ended with 1/],
  ['a command that does not exist', block('sh', 'no-such-command-here'), /ended with 127/],
  ['one that should have failed', block('sh exit=1', 'true'), /ended with 0, not 1/],
  [
    'an output that did not come',
    block('sh', 'echo a') + block('text output', 'b'),
    /page\.md:4: not printed: b\n--- printed:\na/,
  ],
  ['a placeholder that nobody fills', block('sh', 'echo <dead letter>'), /nobody fills <dead letter>/],
  ['a flag that is mistyped', block('sh skp="later"', 'true'), /'skp' is no flag of sh/],
  ['a block that is not closed', `${fence}sh\ntrue\n`, /page\.md:1: the block is not closed/],
])('%s fails the page, with its line', async (_what, page, message) => {
  await expect(run(page)).rejects.toThrow(message);
});

test('placeholders are filled; what is skipped is told with its reason', async () => {
  const page =
    block('sh', 'echo <this id> <that>') + block('text output', '1 2') + block('sh skip="no account"', 'false');
  const fill = (placeholder: string) => (placeholder === '<this id>' ? '1' : '2');
  const { ran, skipped } = await run(page, fill);
  expect(ran).toBe(1);
  expect(skipped).toEqual([expect.stringMatching(/page\.md:7: no account$/)]);
});

test('a change of folder holds for the blocks behind it, for commands and files', async () => {
  const page = [
    block('sh', 'mkdir shop', 'cd shop'),
    block('text file=order.txt', 'a mug'),
    block('sh', 'cat order.txt'),
    block('text output', 'a mug'),
  ].join('\n');
  expect(await run(page)).toMatchObject({ ran: 3, directory: join(directory, 'shop') });
  expect(readFileSync(join(directory, 'shop', 'order.txt'), 'utf8')).toBe('a mug\n');
});

test('a block of what comes eventually is run until it prints what is shown', async () => {
  const page = block('sh eventually', 'echo x >> tries', 'wc -l < tries') + block('text output', '3');
  expect((await run(page)).ran).toBe(2);
  expect(readFileSync(join(directory, 'tries'), 'utf8')).toBe('x\nx\nx\n');
});

test('what runs in the background ends with the page', async () => {
  const page = [
    block('sh background', 'sleep 600 & echo $! > pid; wait'),
    block('sh', 'until [ -s pid ]; do sleep 0.05; done'),
  ].join('\n');
  await run(page);
  const pid = Number(readFileSync(join(directory, 'pid'), 'utf8'));
  for (const giveUp = Date.now() + 10_000; Date.now() < giveUp;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`process ${pid} is still there`);
});

test('a command may go over lines', () => {
  expect(shellCommandsOf('# no\na \\\n  b\n\ncat > f <<EOF\nx\n# y\nEOF\nc')).toEqual([
    'a \\\n  b',
    'cat > f <<EOF\nx\n# y\nEOF',
    'c',
  ]);
});

test('outputs are compared without what varies', () => {
  const printed =
    '\u001b[32mready\u001b[0m at http://127.0.0.1:8080\nid 01a1ffa4-3d8c-761b-afe5-07a0316f0793 at 2026-01-01T00:00:00.000Z';
  const expected =
    'ready at http://127.0.0.1:4566\n...\nid 0192aaaa-3d8c-761b-afe5-07a0316f0000 at 2026-11-21T19:45:16.171Z';
  expect(missingLine(expected, printed)).toBeUndefined();
  expect(missingLine('id 7', printed)).toBe('id 7');
  expect(missingLine('a\nc', 'a\nb\nc')).toBe('c');
  expect(missingLine('a\n...\nc', 'a\nb\nc')).toBeUndefined();
  expect(missingLine('b\na', 'a\nb')).toBe('a');
});

test('flags are read; other languages may name a file', () => {
  const path = join(directory, 'page.md');
  writeFileSync(path, block('json file=a/b.json', '{}') + block('sh exit=2 skip="a b"', 'x'));
  expect(readPage(path).map(({ language, flags }) => ({ language, flags }))).toEqual([
    { language: 'json', flags: { file: 'a/b.json' } },
    { language: 'sh', flags: { exit: '2', skip: 'a b' } },
  ]);
});
