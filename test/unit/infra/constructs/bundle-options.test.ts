import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { BUNDLE_OPTIONS } from '../../../../infra/constructs/bundle-options.js';

/** Sources that every message goes through. */
const sources = ['domain', 'message', 'topology', 'publishing', 'agent'].flatMap((room) =>
  readdirSync(join('shared', room), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join('shared', room, path)),
);

/** Number of regular expressions that a text makes by a call, each time that it comes there. */
const madeByCall = (text: string): number => text.split('new RegExp(').length - 1;

/** Number of expressions that are literals in a source and are made by a call in its bundle. */
async function madeAnew(source: string): Promise<number> {
  const { code } = await transform(source, { loader: 'ts', target: BUNDLE_OPTIONS.target });
  return madeByCall(code) - madeByCall(source);
}

test('no regular expression on the way of a message is made anew at each call once it is bundled', async () => {
  expect(sources.length).toBeGreaterThan(100);
  const slow: string[] = [];
  for (const path of sources) if ((await madeAnew(readFileSync(path, 'utf8'))) > 0) slow.push(path);
  expect(slow).toEqual([]);
});

test('one that the target may not know is found', async () => {
  expect(await madeAnew('export const isHalf = (text: string) => /\\p{Surrogate}/u.test(text);')).toBe(1);
  expect(await madeAnew('export const isText = (text: string) => /^[a-z]+$/u.test(text);')).toBe(0);
});
