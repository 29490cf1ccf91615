import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LanewayError, unknownName } from '../../shared/domain/base/errors.js';
import type { Topology } from '../../shared/topology/topology.js';
import type { Project } from './project.js';

/** A topology with the files it was made from. */
export interface LoadedTopology {
  readonly topology: Topology;
  readonly file: string;
}

/**
 * Loads the topology that a command is about: `given` (`path` or `path#export`, relative to the working directory),
 * else the project's. TypeScript is compiled on the way. Modules are loaded once a process; a number in `again` that was
 * not used before loads an edited one again.
 *
 * @throws LanewayError CONFIGURATION when there is no setting, or the module exports none or several; NOT_FOUND when
 * there is no such file; whatever the module throws
 */
export async function loadTopology(
  project: Project,
  given: string | undefined,
  options: { readonly again?: number } = {},
): Promise<LoadedTopology> {
  const [path, name] = locateTopology(project, given);
  if (!existsSync(path)) {
    throw new LanewayError('NOT_FOUND', `there is no topology at ${path}`, {
      help: [
        given === undefined
          ? `correct "laneway": { "topology": ... } in ${project.directory}/package.json`
          : 'give the path of the module, relative to the working directory',
      ],
    });
  }
  return { topology: pick(await importModule(path, options.again), name, path), file: path };
}

/** Path and export of the topology that a command is about. @throws LanewayError CONFIGURATION when none is named */
export function locateTopology(project: Project, given: string | undefined): [path: string, name: string | undefined] {
  if (given === undefined && project.topology === undefined) {
    throw new LanewayError('CONFIGURATION', `no topology is named for the project at ${project.directory}`, {
      help: [
        'add it to package.json: "laneway": { "topology": "functions/<application>/topology.ts" }',
        'or give it: --topology <path>',
        'commands that operate what is deployed need no sources: laneway --app <name> <command>',
      ],
    });
  }
  const [path = '', name] = (given ?? project.topology ?? '').split('#');
  return [resolve(given === undefined ? project.directory : process.cwd(), path), name];
}

/** Imports a module of the user's, TypeScript included; a number in `again` that was not used before loads an edited one again. */
export async function importModule(path: string, again = 0): Promise<Readonly<Record<string, unknown>>> {
  const url = `${pathToFileURL(path).href}${again === 0 ? '' : `?again=${again}`}`;
  // A compiled module needs no compiler, and our own source is run by one already.
  if (!/\.[mc]?ts$/.test(path) || import.meta.url.endsWith('.ts')) return importAny(url);
  const api = await import('tsx/esm/api');
  // An edited module is loaded with everything it imports anew, in a world of its own.
  if (again > 0) return (await api.tsImport(url, import.meta.url)) as Readonly<Record<string, unknown>>;
  // Otherwise the application shares this process's modules, so that there is one copy of the framework.
  const unregister = api.register();
  try {
    return await importAny(url);
  } finally {
    await unregister();
  }
}

async function importAny(url: string): Promise<Readonly<Record<string, unknown>>> {
  return (await import(url)) as Readonly<Record<string, unknown>>;
}

function pick(module: Readonly<Record<string, unknown>>, name: string | undefined, path: string): Topology {
  const found = new Map(Object.entries(module).flatMap(([key, value]) => (isTopology(value) ? [[key, value]] : [])));
  if (name !== undefined) {
    const named = found.get(name);
    if (named !== undefined) return named;
    throw unknownName('CONFIGURATION', `${path} exports no topology '${name}'`, name, [...found.keys()], '--topology');
  }
  const distinct = new Set(found.values());
  const [only] = distinct;
  if (only !== undefined && distinct.size === 1) return only;
  throw new LanewayError('CONFIGURATION', `${path} exports ${distinct.size === 0 ? 'no' : distinct.size} topologies`, {
    help:
      distinct.size === 0
        ? [`its exports: ${Object.keys(module).join(', ') || '(none)'}`, 'export what defineTopology returns']
        : [`choose one: ${[...found.keys()].map((key) => `--topology ${path}#${key}`).join(' or ')}`],
  });
}

function isTopology(value: unknown): value is Topology {
  if (typeof value !== 'object' || value === null || !('types' in value) || !('model' in value)) return false;
  const { model } = value;
  return typeof model === 'object' && model !== null && 'channels' in model && 'agents' in model;
}
