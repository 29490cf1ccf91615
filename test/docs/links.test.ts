import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
];
const text = (page: string): string => readFileSync(join(root, page), 'utf8');

/** The part of a page's address that GitHub makes of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');

const anchorsOf = (page: string): string[] =>
  [...text(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

const links = pages.flatMap((page) =>
  [...text(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => ({ page, target })),
);
const local = links.filter(({ target }) => !/^[a-z]+:/.test(target));

describe('links of the documentation', () => {
  it('are found', () => {
    expect(local.length).toBeGreaterThan(20);
  });

  it.each(local)('$page -> $target leads somewhere', ({ page, target }) => {
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? page : relative(root, join(root, dirname(page), path));
    expect(existsSync(join(root, file))).toBe(true);
    if (anchor !== undefined) expect(anchorsOf(file)).toContain(anchor);
  });

  it('lead to pages of four kinds, decisions, the architecture and security', () => {
    const kinds = ['tutorial', 'how-to', 'explanation', 'reference', 'adr'];
    const loose = readdirSync(join(root, 'docs')).filter((name) => !kinds.includes(name));
    expect(loose.sort()).toEqual(['README.md', 'architecture.md', 'security.md']);
  });

  it('lead to every page from the index', () => {
    const indexes = [
      join('docs', 'README.md'),
      join('docs', 'adr', 'README.md'),
      join('docs', 'reference', 'exports.md'),
    ];
    const index = local
      .filter(({ page }) => indexes.includes(page))
      .map(({ page, target }) => join(dirname(page), target.split('#')[0] ?? ''));
    const others = pages.filter((page) => page.startsWith('docs') && page !== join('docs', 'README.md'));
    expect(others.filter((page) => !index.includes(page))).toEqual([]);
  });
});
