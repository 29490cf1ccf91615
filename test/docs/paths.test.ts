import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Decisions and the changelog tell of what was; their paths may be gone. */
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.startsWith('adr'))
    .map((name) => join('docs', name)),
];

/** `a/{b,c}.ts` as `a/b.ts` and `a/c.ts`. */
function alternatives(path: string): string[] {
  const [, before = '', choice = '', after = ''] = /^([^{]*)\{([^}]*)\}(.*)$/.exec(path) ?? [];
  return choice === '' ? [path] : choice.split(',').flatMap((one) => alternatives(before + one + after));
}

/** Paths of this repository in code spans; the part of a path before a placeholder such as `<name>` or `*`. */
function pathsIn(page: string): string[] {
  const text = readFileSync(page, 'utf8').replaceAll(/^```[^]*?^```$/gm, '');
  const spans = [...text.matchAll(/`((?:shared|functions|infra|cli|bench|tools|test|docs)\/[^`\s]*)`/g)];
  return spans
    .flatMap(([, path = '']) => alternatives(path.replace(/#.*$/, '')))
    .map((path) => (/[<*]/.test(path) ? path.replace(/[^/]*[<*].*$/, '') : path));
}

const named = pages.flatMap((page) => pathsIn(page).map((path) => ({ page, path })));

test('pages name many paths of the repository', () => {
  expect(named.length).toBeGreaterThan(100);
});

test('every path that a page names is there', () => {
  expect(named.filter(({ path }) => !existsSync(path))).toEqual([]);
});
