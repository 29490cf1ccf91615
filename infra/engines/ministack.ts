import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { EngineUnavailableError, ministackInstallation } from './ministack-install.mjs';

/** Options by which a MiniStack is started. */
export interface MinistackOptions {
  /** The folder whose `.laneway/` holds the installation and the logs. @defaultValue the working directory */
  readonly projectDirectory?: string | undefined;
  /** @defaultValue a free one */
  readonly port?: number | undefined;
  /**
   * Enforce identity and resource policies, and run each function under its own role, over https with a certificate
   * of its own: the engine's plain http would meet every `aws:SecureTransport` deny. @defaultValue false
   */
  readonly auth?: boolean | undefined;
  /** A folder in which state is saved at a clean stop and found again at the next start. @defaultValue none: ephemeral */
  readonly persist?: string | undefined;
  /** @defaultValue `.laneway/ministack-<port>.log` */
  readonly logFile?: string | undefined;
  /** Let the engine outlive this process; it ends by `stop` or by SIGTERM to `supervisor`. @defaultValue false */
  readonly keep?: boolean | undefined;
  /** Further variables of the engine itself, such as SFN_WAIT_SCALE. Every function on the engine sees them too. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/** A MiniStack that answers. */
export interface RunningMinistack {
  readonly endpoint: string;
  readonly port: number;
  /** Process id of the engine, which leads the process group of its Lambda workers. */
  readonly pid: number;
  /** Process id of the supervisor that ends the engine. */
  readonly supervisor: number;
  readonly logFile: string;
  readonly startedAt: string;
  /** With `auth`: the certificate that clients trust (NODE_EXTRA_CA_CERTS, `cdk --ca-bundle-path`). */
  readonly caFile?: string;
  /**
   * TERM, after five seconds (with `persist` a minute, as it saves then) KILL for the engine and all it started.
   * Resolves when nothing of it is left.
   */
  readonly stop: () => Promise<void>;
}

const supervisor = fileURLToPath(new URL('./supervise.py', import.meta.url));
const graceSeconds = 5;
/** It saves its state last, service by service, after it has waited for open connections: cut off, a part is saved. */
const savingGraceSeconds = 60;
const readyWithinMs = 30_000;
const portAttempts = 3;
const logsKept = 5;

/** Beginning of the names of the folders, beside other temporary ones, in which engines keep their functions. */
export const scratchPrefix = 'laneway-engine-';

/**
 * Starts MiniStack bound to 127.0.0.1 and resolves when it is ready (a fifth of a second). It starts with an empty
 * environment, because its Lambda functions inherit the engine's own. Unless kept, it ends with this process, however
 * this process ends: the supervisor watches a pipe that the kernel closes.
 *
 * @throws EngineUnavailableError when it is not installed, the port is in use, or it does not become ready.
 */
export async function startMinistack(options: MinistackOptions = {}): Promise<RunningMinistack> {
  const project = resolve(options.projectDirectory ?? process.cwd());
  const { home, python, installed } = ministackInstallation(project);
  if (!installed) throw new EngineUnavailableError('The local engine is not installed.', ['run: npm run demo']);
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    try {
      return await launch(project, home, python, port, options);
    } catch (error) {
      // Another process can take a free port between our asking for it and the engine's binding it.
      const lost = error instanceof PortInUse;
      if (lost && options.port === undefined && attempt < portAttempts) continue;
      if (!lost) throw error;
      throw new EngineUnavailableError(`Port ${port} of 127.0.0.1 is in use, so the local engine cannot start on it.`, [
        'give another port, or none to have a free one chosen; or end what listens there',
      ]);
    }
  }
}

class PortInUse extends Error {}

async function launch(project: string, home: string, python: string, port: number, options: MinistackOptions) {
  // Asked first, because whatever listens there might answer the readiness poll in the new engine's place.
  await bindOnce(port).catch((cause: unknown) => {
    throw new PortInUse(`port ${port}`, { cause });
  });
  mkdirSync(home, { recursive: true });
  // Outside the project: beneath it, functions would find its packages and take its module type for their own.
  const scratch = mkdtempSync(join(tmpdir(), scratchPrefix));
  // The engine writes its workers here as CommonJS `.js`, which a project of `"type": "module"` around it would forbid.
  writeFileSync(join(scratch, 'package.json'), '{ "type": "commonjs" }\n');
  const logFile = resolve(options.logFile ?? join(home, `ministack-${port}.log`));
  mkdirSync(dirname(logFile), { recursive: true });
  if (options.logFile === undefined) pruneLogs(home);
  const log = openSync(logFile, 'w');
  const keep = options.keep ?? false;
  const grace = String(options.persist === undefined ? graceSeconds : savingGraceSeconds);
  const supervised = [keep ? 'KEPT' : 'OWNED', grace, scratch, python, '-m', 'ministack'];
  const child = spawn(python, ['-I', '-S', supervisor, ...supervised], {
    cwd: scratch,
    env: engineVariables(project, scratch, port, options),
    // A session of its own: Ctrl-C reaches the owner, which goes or calls stop, and the supervisor does the rest.
    detached: true,
    stdio: [keep ? 'ignore' : 'pipe', 'pipe', log],
  });
  closeSync(log);
  const ended = endOf(child);
  const scheme = options.auth === true ? 'https' : 'http';
  const endpoint = `${scheme}://127.0.0.1:${port}`;
  const stop = () => stopSupervisor(child, ended);
  try {
    const pid = await firstLine(child, ended);
    await untilReady(endpoint, ended);
    release(child);
    return {
      ...{ endpoint, port, pid, supervisor: child.pid ?? 0, logFile, startedAt: new Date().toISOString(), stop },
      ...(options.auth === true ? { caFile: certificateIn(scratch) } : {}),
    } satisfies RunningMinistack;
  } catch (error) {
    await stop();
    rmSync(scratch, { recursive: true, force: true });
    const text = existsSync(logFile) ? readFileSync(logFile, 'utf8') : '';
    if (/already in use/i.test(text)) throw new PortInUse(endpoint, { cause: error });
    const tail = text.trim().split('\n').slice(-8).join('\n  ');
    throw new EngineUnavailableError(
      `The local engine did not become ready on ${endpoint}.\n  ${tail}`,
      [`read its log: ${logFile}`, 'remove .laneway/ministack and run again'],
      { cause: error },
    );
  }
}

function engineVariables(project: string, scratch: string, port: number, options: MinistackOptions) {
  return {
    BIND_HOST: '127.0.0.1',
    GATEWAY_PORT: String(port),
    // Listeners of services nobody here uses, which would bind fixed ports on every interface.
    IOT_MTLS_ENABLED: '0',
    SFTP_ENABLED: '0',
    // Custom resources of the CDK expect the SDK that Lambda provides.
    NODE_PATH: join(project, 'node_modules'),
    // Functions run on the Node that runs Laneway, and find no configuration of the user's.
    PATH: [dirname(process.execPath), process.env['PATH'] ?? '/usr/bin:/bin'].join(delimiter),
    HOME: scratch,
    TMPDIR: scratch,
    LANG: 'C.UTF-8',
    ...(options.auth === true ? { AUTH: 'true', USE_SSL: '1' } : {}),
    ...(options.persist === undefined ? {} : { PERSIST_STATE: '1', STATE_DIR: resolve(options.persist) }),
    ...options.environment,
  };
}

/** A free port of 127.0.0.1, chosen by the system. */
export const freePort = (): Promise<number> => bindOnce(0);

/** Binds a port of 127.0.0.1 (0: any free one), lets it go and returns its number. Throws where it is in use. */
async function bindOnce(port: number): Promise<number> {
  const server = createServer();
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(port, '127.0.0.1', done);
  });
  const address = server.address();
  await new Promise<void>((done) => server.close(() => done()));
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address with a port');
  return address.port;
}

const endOf = (child: ChildProcess) =>
  new Promise<string>((done) => {
    child.once('error', (error) => done(error.message));
    child.once('exit', (code, signal) => done(`it ended with ${signal ?? `code ${code}`}`));
  });

/** The engine's process id, which the supervisor prints first. */
async function firstLine(child: ChildProcess, ended: Promise<string>): Promise<number> {
  const line = new Promise<string>((done) => child.stdout?.once('data', (chunk: Buffer) => done(chunk.toString())));
  const pid = Number(await Promise.race([line, ended]));
  if (!Number.isInteger(pid) || pid <= 1) throw new Error(await ended);
  return pid;
}

async function untilReady(endpoint: string, ended: Promise<string>): Promise<void> {
  let over: string | undefined;
  void ended.then((reason) => (over = reason));
  const url = new URL('/_ministack/ready', endpoint);
  for (const start = Date.now(); Date.now() - start < readyWithinMs; await sleep(25)) {
    if (over !== undefined) throw new Error(over);
    if (await answers(url)) return;
  }
  throw new Error(`no answer within ${readyWithinMs / 1000} s`);
}

/** With its self-made certificate, a listening socket is all that can be asked without trusting it first. */
async function answers(url: URL): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(1000) })).ok;
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    return url.protocol === 'https:' && /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code);
  }
}

/** Lets this process end while the engine runs; the end of this process then ends the engine. */
function release(child: ChildProcess): void {
  child.unref();
  // The types say streams; between processes they are sockets, which can be let go.
  for (const stream of [child.stdin, child.stdout]) if (stream instanceof Socket) stream.unref();
}

async function stopSupervisor(child: ChildProcess, ended: Promise<string>): Promise<void> {
  child.ref();
  child.stdin?.destroy();
  child.kill('SIGTERM');
  await ended;
}

/** Each engine logs to a file of its own, as several may run at once; the oldest go. */
function pruneLogs(home: string): void {
  const logs = readdirSync(home).filter((name) => /^ministack-\d+\.log$/.test(name));
  const byAge = logs.map((name) => ({ name, at: statSync(join(home, name)).mtimeMs })).sort((a, b) => b.at - a.at);
  for (const { name } of byAge.slice(logsKept - 1)) rmSync(join(home, name), { force: true });
}

function certificateIn(scratch: string): string {
  return join(scratch, 'ministack-tls', 'server.crt');
}
