import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** Names that a loader asks every entry module for. */
const ASKED_FOR = new Set(['create', 'handler']);
/** An application names its messages, agents and stores for itself: its names are held against each other alone. */
const APPLICATIONS = [
  /^functions\/(?!platform\/)[^/]+\//,
  /^bench\/counter\//,
  /^bench\/relay\/runner\//,
  /^bench\/reliability\/(depot\/|driver\/orders\.ts$)/,
  /^test\/kit\/applications\/[^/]+(\/(?=bakery\/))?/,
  /^test\/kit\/patterns\//,
  /^test\/kit\/generators\/arbitrary-workflow-topology\.ts$/,
];
/** Files of these are written out for a user; no program of this repository is made of them. */
const TEMPLATES = /^cli\/templates\//;

const ownerOf = (path: string): string =>
  APPLICATIONS.flatMap((application) => application.exec(path)?.[0] ?? [])[0] ?? 'the house';

function declaredIn(path: string, text: string): Set<string> {
  const names = new Set<string>();
  for (const statement of ts.createSourceFile(path, text, ts.ScriptTarget.Latest).statements) {
    if (!ts.canHaveModifiers(statement)) continue;
    if (!ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) continue;
    const declared = ts.isVariableStatement(statement)
      ? statement.declarationList.declarations.map(({ name }) => name)
      : 'name' in statement
        ? [statement.name as ts.Node | undefined]
        : [];
    for (const name of declared) if (name !== undefined && ts.isIdentifier(name)) names.add(name.text);
  }
  return names;
}

/** `Name: one.ts, other.ts` for each exported name that files of one owner declare more than once. */
function declaredTwice(texts: Iterable<readonly [path: string, text: string]>): string[] {
  const places = new Map<string, string[]>();
  for (const [path, text] of texts) {
    for (const name of declaredIn(path, text)) {
      if (ASKED_FOR.has(name)) continue;
      const key = `${ownerOf(path)} ${name}`;
      places.set(key, [...(places.get(key) ?? []), path]);
    }
  }
  return [...places].filter(([, paths]) => paths.length > 1).map(([key, paths]) => `${key}: ${paths.join(', ')}`);
}

const paths = ['shared', 'cli', 'functions', 'infra', 'bench', 'tools', 'test/kit']
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name).replaceAll('\\', '/')),
  )
  .filter((path) => path.endsWith('.ts') && !path.includes('node_modules') && !TEMPLATES.test(path));

test('an exported name is declared in one file', () => {
  expect(paths.length).toBeGreaterThan(500);
  expect(declaredTwice(paths.map((path) => [path, readFileSync(path, 'utf8')] as const))).toEqual([]);
});

describe('the check', () => {
  const here = 'export interface Finding {}\nexport const { a } = {};\nexport const one = 1, two = 2;';
  const twice = (path: string, text: string, first = 'shared/a.ts') =>
    declaredTwice([
      [first, here],
      [path, text],
    ]);

  test.each([
    ['a type', 'export type Finding = string;', 'Finding'],
    ['a class', 'export abstract class Finding {}', 'Finding'],
    ['a function', 'export async function* two() {}', 'two'],
    ['the second of two constants', 'export const three = 3, two = 2;', 'two'],
  ])('finds %s of a second file', (_what, text, name) => {
    expect(twice('infra/b.ts', text)).toEqual([`the house ${name}: shared/a.ts, infra/b.ts`]);
  });

  test('passes over what is not declared there, and what a loader asks for', () => {
    const text = "export { Finding } from './a.js';\ninterface one {}\nconst text = `\nexport const two = 2;\n`;";
    expect(twice('infra/b.ts', text)).toEqual([]);
    const handler = 'export const handler = 1;';
    expect(
      declaredTwice([
        ['shared/a.ts', handler],
        ['infra/b.ts', handler],
      ]),
    ).toEqual([]);
  });

  test('holds the names of an application against each other alone', () => {
    expect(twice('functions/shop/a.ts', 'export interface Finding {}')).toEqual([]);
    expect(twice('functions/shop/b.ts', 'export interface Finding {}', 'functions/shop/a.ts')).toHaveLength(1);
    expect(twice('functions/platform/b.ts', 'export interface Finding {}')).toHaveLength(1);
  });
});
