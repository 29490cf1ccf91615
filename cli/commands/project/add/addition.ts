import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LanewayError } from '../../../../shared/domain/base/errors.js';
import type { ModuleSource } from './module-source.js';

/** The result of an addition; nothing is written before all of it is known. */
export interface Addition {
  /** Edited modules, each with its text before and after. */
  readonly edited: readonly ModuleSource[];
  /** New files, by path. */
  readonly created: ReadonlyMap<string, string>;
  /** Steps that are left to the user, in sentences. */
  readonly next: readonly string[];
}

/** An addition that is there already, in the same words. */
export const THERE_ALREADY: Addition = { edited: [], created: new Map(), next: [] };

/** Refuses a name that has something else behind it. */
export function taken(what: string, name: string, by: string): LanewayError {
  return new LanewayError('INVALID_OPTION', `${what} '${name}' cannot be added: ${by}`, {
    help: ['nothing was changed; choose another name'],
  });
}

/** Refuses a new file that would stand in the way of one. */
export function checkFree(what: string, name: string, files: Iterable<string>): void {
  for (const file of files) if (existsSync(file)) throw taken(what, name, `there is a file ${file}`);
}

/**
 * Writes an addition. New files are formatted by the project's own prettier, if it has one. So is an edited module, unless the
 * user keeps it in another format.
 * @returns the files, relative to the project
 */
export async function writeAddition(project: string, { edited, created }: Addition): Promise<readonly string[]> {
  const format = await formatterOf(project);
  const changed = edited.filter(({ text, original }) => text !== original);
  const written = new Map<string, string>();
  for (const { file, original, text } of changed) {
    const formatted = format !== undefined && (await format(file, original)) === original;
    written.set(file, formatted ? await format(file, text) : text);
  }
  for (const [file, text] of created) written.set(file, format === undefined ? text : await format(file, text));
  for (const [file, text] of written) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return [...written.keys()].map((file) => relative(project, file));
}

interface Prettier {
  resolveConfig(file: string): Promise<object | null>;
  format(text: string, options: object): Promise<string>;
}

async function formatterOf(project: string): Promise<((file: string, text: string) => Promise<string>) | undefined> {
  let path: string;
  try {
    path = createRequire(join(project, 'package.json')).resolve('prettier');
  } catch {
    return undefined;
  }
  const loaded = (await import(pathToFileURL(path).href)) as Prettier & { readonly default?: Prettier };
  const prettier = loaded.default ?? loaded;
  return async (file, text) => prettier.format(text, { ...(await prettier.resolveConfig(file)), filepath: file });
}
