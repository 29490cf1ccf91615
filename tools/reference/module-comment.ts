import { readFileSync } from 'node:fs';

/** Comment at the head of an entry, with `@packageDocumentation`. */
export interface ModuleComment {
  /** Purpose of the entry, in Markdown. */
  readonly summary: string;
  /** TypeScript. */
  readonly example: string;
}

/** Reads the module comment of a source. @throws Error when the source does not begin with one, or it has no example */
export function moduleComment(source: string): ModuleComment {
  const [, body = ''] = /^\/\*\*\n([^]*?)\n \*\/\n/.exec(readFileSync(source, 'utf8')) ?? [];
  const text = body.replaceAll(/^ \* ?/gm, '');
  const [, summary, example] =
    /^([A-Z][^]*?)\n\n@example\n```ts\n([^]*?)\n```\n\n@packageDocumentation$/.exec(text) ?? [];
  if (summary === undefined || example === undefined)
    throw new Error(`${source} does not begin with a comment of a summary, an @example and @packageDocumentation`);
  return { summary: summary.replaceAll(/\{@link ([^}|\s]+)[^}]*\}/g, '`$1`'), example };
}
