import { readFileSync } from 'node:fs';
import type { Entry } from './entries.js';
import { moduleComment } from './module-comment.js';

/** Example of the documentation that has to compile. */
export interface Example {
  /** File in which it is written. */
  readonly place: string;
  /** File that the compiler takes it for; its relative imports start there. It exists for the compiler only. */
  readonly file: string;
  /** TypeScript. */
  readonly text: string;
}

/** Application that `laneway init` writes: the examples of the entries import its messages, topology and agent. */
const APPLICATION = 'cli/templates/request/src';

/** The examples of the entries' module comments, and the first message of the README. */
export function examplesOf(entries: readonly Entry[]): readonly Example[] {
  const ofEntries = entries.map(({ name, source }) => ({
    place: source,
    file: `${APPLICATION}/example-of-${name.replaceAll('/', '-')}.ts`,
    text: moduleComment(source).example,
  }));
  return [...ofEntries, { place: 'README.md', file: `${APPLICATION}/first-message.ts`, text: firstMessage() }];
}

/** TypeScript of the README's section "A first message". @throws Error when the section has none */
export function firstMessage(): string {
  const [, section = ''] = /^## A first message\n([^]*?)^## /m.exec(readFileSync('README.md', 'utf8')) ?? [];
  const blocks = [...section.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, text = '']) => text);
  if (blocks.length === 0) throw new Error('README.md: the section "A first message" has no TypeScript');
  return blocks.join('\n');
}
