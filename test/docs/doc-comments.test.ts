import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDERS = ['shared', 'functions', 'infra', 'cli', 'bench', 'tools', 'test'];

/** A doc comment begins with the thing or the verb, never with a clause in its place. */
const CLAUSE = /^(?:what|who|whom|whose|whether|how|as|when|where|why|which)\b/i;

const sources = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.m?ts$|\.mjs$/.test(name) && !name.includes('node_modules'))
    .map((name) => join(folder, name)),
);

interface DocComment {
  readonly place: string;
  readonly text: string;
}

function docComments(file: string): DocComment[] {
  const source = readFileSync(file, 'utf8');
  return [...source.matchAll(/^\s*\/\*\*([^]*?)\*\//gm)].map(({ index, 1: body = '' }) => ({
    place: `${file}:${source.slice(0, index).trimEnd().split('\n').length + 1}`,
    text: body.replaceAll(/\n\s*\* ?/g, ' ').trim(),
  }));
}

test('no doc comment begins with a question word', () => {
  const comments = sources.flatMap(docComments);
  expect(comments.length).toBeGreaterThan(4_000);
  const found = comments.filter(({ text }) => CLAUSE.test(text)).map(({ place, text }) => `${place}: ${text}`);
  expect(found).toEqual([]);
});
