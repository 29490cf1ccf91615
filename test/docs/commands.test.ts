import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callsInBlocks, callsInText, parseCall, unknownWord } from '../kit/pages/laneway-commands.js';

/** Commands of the pages are held against the program that declares them, nothing of them is run. */
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md') && !file.startsWith('reference'))
    .map((file) => join('docs', file)),
];
const blocks = pages.flatMap((page) => callsInBlocks(page));
const spans = pages.flatMap((page) => callsInText(page));

test('pages call the command', () => {
  expect(blocks.length).toBeGreaterThan(60);
  expect(spans.length).toBeGreaterThan(80);
});

test.each(blocks)('$place: $text', async ({ args }) => {
  await expect(parseCall(args)).resolves.toBeUndefined();
});

test.each(spans)('$place, in the text: $text', ({ args }) => {
  expect(unknownWord(args)).toBeUndefined();
});

describe('a page', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'laneway-commands-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const page = (text: string): string => {
    const path = join(folder, 'page.md');
    writeFileSync(path, text);
    return path;
  };
  const block = (...lines: string[]) => page(['```sh', ...lines, '```'].join('\n'));
  const argsOf = (...lines: string[]) => callsInBlocks(block(...lines)).map(({ args }) => args);

  test('is read as a shell reads it', () => {
    expect(argsOf(`laneway dlq get <dead letter>   # shows 'it'`)).toEqual([['dlq', 'get', '1']]);
    expect(argsOf(`cat a | npx laneway send Order --data '{"a": "b | c"}' > out`, 'ls')).toEqual([
      ['send', 'Order', '--data', '{"a": "b | c"}'],
    ]);
    expect(argsOf('npm run laneway -- queues \\', '  --watch 2s && laneway health')).toEqual([
      ['queues', '--watch', '2s'],
      ['health'],
    ]);
    expect(argsOf('id=$(laneway --json send A --data "{}")')).toEqual([['--json', 'send', 'A', '--data', '{}']]);
    expect(argsOf('npm run demo', 'laneway-other x')).toEqual([]);
  });

  test.each([
    ['a command that there is not', ['quues']],
    ['a subcommand that there is not', ['dlq', 'lst']],
    ['an option that there is not', ['dlq', 'list', '--recever', 'a']],
    ['an option that is missing', ['dlq', 'discard', 'x']],
    ['a choice that there is not', ['trace', 'x', '--as', 'tee']],
    ['an argument too many', ['health', 'now']],
  ])('%s is refused', async (_, args) => {
    await expect(parseCall(args)).rejects.toThrow();
  });

  test('words of the text are looked up where they stand', () => {
    expect(unknownWord(['dlq'])).toBeUndefined();
    expect(unknownWord(['dlq', '--reason', 'cycle'])).toBeUndefined();
    expect(unknownWord(['--app', 'claims', 'queues'])).toBeUndefined();
    expect(unknownWord(['trace', 'anything'])).toBeUndefined();
    expect(unknownWord(['quues'])).toBe('quues');
    expect(unknownWord(['approval', 'approve|reject', '--reason'])).toBeUndefined();
    expect(unknownWord(['approval', 'approve|rejct'])).toBe('approve|rejct');
    expect(unknownWord(['dlq', 'lst'])).toBe('lst');
    expect(unknownWord(['queues', '--reason', 'cycle'])).toBe('--reason');
  });
});
