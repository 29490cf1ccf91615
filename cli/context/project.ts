import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { LanewayError } from '../../shared/domain/base/errors.js';

/** Settings under the key `laneway` of a package.json. Paths are relative to that package.json. */
export interface ProjectSettings {
  /** Module that exports the topology. */
  readonly topology?: string;
  /** Command that runs the CDK application. @defaultValue the `app` of cdk.json */
  readonly app?: string;
  /** Folder that holds `<agent>/lambda.ts`. @defaultValue the folder of the topology */
  readonly agents?: string;
  /** Module that exports agents and workflows for running in process. @defaultValue `in-process.ts` beside the topology */
  readonly inProcess?: string;
}

/** The project that a command works in. */
export interface Project extends ProjectSettings {
  /** Folder of package.json; the working directory when there is none above it. */
  readonly directory: string;
}

const settings = ['topology', 'app', 'agents', 'inProcess'] as const;

/**
 * The project around a folder: the nearest package.json with a key `laneway`, else the nearest one at all.
 * @throws LanewayError CONFIGURATION for a package.json that is no JSON, or a setting that is no text
 */
export function findProject(from: string = process.cwd()): Project {
  let nearest: string | undefined;
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file)) {
      nearest ??= folder;
      const read = readSettings(file);
      if (read !== undefined) return { directory: folder, ...read };
    }
    if (dirname(folder) === folder) return { directory: nearest ?? resolve(from) };
  }
}

function readSettings(file: string): ProjectSettings | undefined {
  const content = parse(file);
  const own = typeof content === 'object' && content !== null && 'laneway' in content ? content.laneway : undefined;
  if (own === undefined) return undefined;
  if (typeof own !== 'object' || own === null) throw invalid(file, 'laneway', own);
  for (const [key, value] of Object.entries(own)) {
    if (!settings.some((name) => name === key) || typeof value !== 'string')
      throw invalid(file, `laneway.${key}`, value);
  }
  return own;
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new LanewayError('CONFIGURATION', `${file} cannot be read: ${cause instanceof Error ? cause.message : ''}`, {
      cause,
    });
  }
}

function invalid(file: string, key: string, value: unknown): LanewayError {
  return new LanewayError('CONFIGURATION', `${key} is ${JSON.stringify(value)} in ${file}`, {
    help: [
      `allowed: "laneway": { ${settings.map((name) => `"${name}": "..."`).join(', ')} }, each a text, each optional`,
    ],
  });
}
