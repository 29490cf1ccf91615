import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const MOST_FILES = 20;

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes('node_modules'))
    .sort();
}

const rooms = ['shared', 'functions', 'infra', 'cli', 'bench', 'tools', 'test'];
const files = rooms.flatMap(filesIn);

/** The places where CONTRIBUTING.md lets the source of a test stand: its own path, with or without an aspect in the name. */
function sourcesOf(test: string): string[] {
  const folder = dirname(test).slice('test/unit/'.length);
  const name = basename(test, '.test.ts');
  const names = new Set([name, name.replace(/\.[a-z0-9-]+$/, '')]);
  return [...names].flatMap((one) => ['.ts', '.mjs'].map((extension) => join(folder, one + extension)));
}

/** Files of test/unit that are no test, or whose source is not among the given files. */
function strays(all: readonly string[]): string[] {
  const known = new Set(all);
  return all
    .filter((path) => path.startsWith('test/unit/'))
    .filter((path) => !path.endsWith('.test.ts') || !sourcesOf(path).some((source) => known.has(source)));
}

test('a test of test/unit stands where its source does', () => {
  expect(files.filter((path) => path.startsWith('test/unit/')).length).toBeGreaterThan(100);
  expect(strays(files)).toEqual([]);
});

test.each([
  ['of a file that there is not', 'test/unit/shared/agent/receive/late-deadlines.test.ts'],
  ['of a source in another folder', 'test/unit/shared/agent/envelope.test.ts'],
  ['with an aspect of nothing', 'test/unit/shared/agent/odd.receiving.test.ts'],
  ['with two aspects', 'test/unit/shared/domain/delivery/lease.renewal.late.test.ts'],
  ['that is none', 'test/unit/shared/domain/delivery/lease.ts'],
])('a file %s is found', (_, stray) => {
  expect(strays([...files, stray])).toContain(stray);
});

test('one source may have several tests, each with its aspect', () => {
  const another = 'test/unit/shared/domain/delivery/lease.renewal.test.ts';
  expect(strays([...files, another])).not.toContain(another);
});

test(`no folder has more than ${MOST_FILES} files`, () => {
  const counts = new Map<string, number>();
  for (const path of files) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
  expect([...counts].filter(([, count]) => count > MOST_FILES)).toEqual([]);
});
