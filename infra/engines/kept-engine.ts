import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { RunningMinistack } from './ministack.js';

/** The engine that a `--keep` left running, as `.laneway/engine.json` records it. */
export interface KeptEngine {
  readonly endpoint: string;
  readonly port: number;
  readonly pid: number;
  readonly supervisor: number;
  readonly logFile: string;
  /** ISO 8601 */
  readonly startedAt: string;
}

const stateFile = (project: string) => join(resolve(project), '.laneway', 'engine.json');
const goneWithinMs = 10_000;

/** Records an engine that was started with `keep`, so that a later command finds it and can stop it. */
export function recordKeptEngine(engine: RunningMinistack, project: string = process.cwd()): void {
  const { endpoint, port, pid, supervisor, logFile, startedAt } = engine;
  const kept: KeptEngine = { endpoint, port, pid, supervisor, logFile, startedAt };
  mkdirSync(join(resolve(project), '.laneway'), { recursive: true });
  writeFileSync(stateFile(project), `${JSON.stringify(kept, null, 2)}\n`);
}

/** The kept engine, if it still runs; a record whose engine has gone is removed. */
export async function keptEngine(project: string = process.cwd()): Promise<KeptEngine | undefined> {
  const kept = read(project);
  if (kept === undefined) return undefined;
  if (await isSupervisor(kept.supervisor)) return kept;
  rmSync(stateFile(project), { force: true });
  return undefined;
}

/** Stops the kept engine and all it started. False: there was none. */
export async function stopKeptEngine(project: string = process.cwd()): Promise<boolean> {
  const kept = await keptEngine(project);
  if (kept === undefined) return false;
  process.kill(kept.supervisor, 'SIGTERM');
  for (const start = Date.now(); Date.now() - start < goneWithinMs; await sleep(50)) {
    if (!(await isSupervisor(kept.supervisor))) break;
  }
  rmSync(stateFile(project), { force: true });
  return true;
}

function read(project: string): KeptEngine | undefined {
  try {
    const parsed: unknown = JSON.parse(readFileSync(stateFile(project), 'utf8'));
    return isKeptEngine(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isKeptEngine(value: unknown): value is KeptEngine {
  if (typeof value !== 'object' || value === null) return false;
  const has = (key: string, type: string) => key in value && typeof Reflect.get(value, key) === type;
  return has('endpoint', 'string') && has('port', 'number') && has('pid', 'number') && has('supervisor', 'number');
}

/** Process ids are reused: only one that runs our supervisor is ours to signal. */
async function isSupervisor(pid: number): Promise<boolean> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=,args=', '-p', String(pid)]);
    return stdout.includes('supervise.py') && !stdout.trimStart().startsWith('Z');
  } catch {
    return false;
  }
}
