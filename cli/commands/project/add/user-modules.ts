import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { ObjectExpression } from '@babel/types';
import { LanewayError } from '../../../../shared/domain/base/errors.js';
import type { Project } from '../../../context/project.js';
import { ModuleSource, propertiesOf } from './module-source.js';

/** The modules of a project that things are added to, and the folder that agents live in. */
export interface UserModules {
  readonly project: Project;
  readonly topology: ModuleSource;
  /** The module with the messages; the topology's own when there is no `messages.ts` beside it. */
  readonly messages: ModuleSource;
  readonly agents: string;
}

/**
 * Reads the modules that `package.json` leads to.
 * @throws LanewayError CONFIGURATION when it names no topology; NOT_FOUND when there is none
 */
export function readModules(project: Project): UserModules {
  if (project.topology === undefined) {
    throw new LanewayError('CONFIGURATION', `no package.json at or above ${project.directory} names a topology`, {
      help: [
        'add to package.json: "laneway": { "topology": "src/topology.ts" }',
        'or begin a project: laneway init <dir>',
      ],
    });
  }
  const file = resolve(project.directory, project.topology);
  if (!existsSync(file)) {
    throw new LanewayError('NOT_FOUND', `there is no topology at ${file}`, {
      help: [`correct "laneway": { "topology": ... } in ${join(project.directory, 'package.json')}`],
    });
  }
  const topology = readModule(file);
  const beside = join(dirname(file), 'messages.ts');
  const messages = existsSync(beside) ? readModule(beside) : topology;
  const agents = project.agents === undefined ? dirname(file) : resolve(project.directory, project.agents);
  return { project, topology, messages, agents };
}

/** Reads a module. */
export function readModule(file: string): ModuleSource {
  return new ModuleSource(file, readFileSync(file, 'utf8'));
}

/** The specifier by which one module imports another, both given by their files. */
export function importPath(from: string, to: string): string {
  const path = relative(dirname(from), to)
    .replaceAll('\\', '/')
    .replace(/\.([mc]?)ts$/, '.$1js');
  return path.startsWith('.') ? path : `./${path}`;
}

/** The name under which the topology is declared, and what it is declared with. */
export function declaredTopology(
  { topology }: UserModules,
  snippet: string,
): { readonly name: string; readonly spec: ObjectExpression } {
  const own = topology.declared.flatMap(({ name, value }) =>
    value?.type === 'CallExpression' && value.callee.type === 'Identifier' && value.callee.name === 'defineTopology'
      ? [{ name, spec: value.arguments[1] }]
      : [],
  );
  const [one] = own;
  if (own.length === 1 && one?.spec?.type === 'ObjectExpression') return { name: one.name, spec: one.spec };
  throw notWrittenOut(topology.file, 'exactly one defineTopology(name, { ... })', snippet);
}

/** A part of the topology that is written out as an object, with its entries; undefined where there is none. */
export function partOf(
  modules: UserModules,
  spec: ObjectExpression,
  part: 'channels' | 'agents',
  snippet: string,
): { readonly object: ObjectExpression; readonly entries: NonNullable<ReturnType<typeof propertiesOf>> } | undefined {
  const { file } = modules.topology;
  const parts = propertiesOf(spec);
  if (parts === undefined) throw notWrittenOut(file, `'${part}' among properties that are written out`, snippet);
  const value = parts.get(part)?.value;
  if (value === undefined) return undefined;
  const entries = value.type === 'ObjectExpression' ? propertiesOf(value) : undefined;
  if (value.type !== 'ObjectExpression' || entries === undefined)
    throw notWrittenOut(file, `'${part}: { ... }' with every entry written out`, snippet);
  return { object: value, entries };
}

/** Refuses an edit that is not safe, with the text that the user pastes. */
export function notWrittenOut(file: string, needed: string, snippet: string): LanewayError {
  return new LanewayError('CONFIGURATION', `${basename(file)} is put together by code, and cannot be added to safely`, {
    help: [
      `needed: ${needed}`,
      `nothing was changed; paste into ${file}:`,
      ...snippet.split('\n').map((line) => `  ${line}`),
    ],
  });
}
