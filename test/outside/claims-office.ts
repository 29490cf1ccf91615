import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openWithWorkflows, type DeployedWorkflowApplication } from '../../cli/context/deployed-workflows.js';
import { sourceOf } from '../../shared/domain/wire/envelope.js';
import { executionName } from '../../shared/domain/wire/execution-name.js';
import { openApprovals } from '../../shared/operator/requests/decide-approval.js';
import { sharedEngine, type SharedEngine } from '../kit/stands/engine.js';
import { outsideUser, type OutsideUser } from '../kit/stands/outside-user.js';
import { claims } from './claims/claims/topology.js';

const PAUSE_MS = 250;
/** Enough for a machine that does twenty other things. */
const DEADLINE_MS = 300_000;

/**
 * An insurer's claims, built and run by somebody who has the packed tarball alone: four agents, one of them a worker, and a workflow
 * that looks side by side, for each photo, chooses, asks people and undoes. Cut to what a package can break: the command, the worker, the
 * functions that are bundled from dist, the deployment. Each test file has one of its own, on the engine of its worker.
 */
export class ClaimsOffice {
  readonly #workers: ChildProcess[] = [];
  #watched: Promise<DeployedWorkflowApplication> | undefined;

  private constructor(
    readonly engine: SharedEngine,
    readonly user: OutsideUser,
  ) {
    for (const file of ['notebook.txt', 'bank.txt']) writeFileSync(this.path(file), '');
  }

  static async open(): Promise<ClaimsOffice> {
    const engine = await sharedEngine();
    try {
      const user = await outsideUser({ environment: engine.environment, project: 'test/outside/claims' });
      return new ClaimsOffice(engine, user);
    } catch (error) {
      await engine.stop();
      throw error;
    }
  }

  /** `laneway deploy`, and an appraiser at work. */
  async deploy(): Promise<void> {
    await this.user.must('laneway', 'deploy', '--quiet');
    await this.startAppraiser();
  }

  async destroy(): Promise<void> {
    this.killWorkers();
    await this.user.must('laneway', 'destroy', '--yes');
  }

  async close(): Promise<void> {
    this.killWorkers();
    this.user.remove();
    await this.engine.stop();
  }

  path(file: string): string {
    return join(this.user.directory, file);
  }

  lines(file: 'notebook.txt' | 'bank.txt'): string[] {
    return readFileSync(this.path(file), 'utf8').split('\n').filter(Boolean);
  }

  /** Polls until the agents' own records have a line; at most five minutes. */
  async until(what: string, found: () => boolean): Promise<void> {
    for (const giveUp = Date.now() + DEADLINE_MS; !found(); await sleep(PAUSE_MS)) {
      if (Date.now() > giveUp)
        throw new Error(
          [`${what}: not within five minutes`, ...this.lines('notebook.txt'), ...this.lines('bank.txt')].join('\n'),
        );
    }
  }

  /**
   * Looks at the deployed application until something is there; at most five minutes. From this process: a command that looks again
   * and again takes the processor from what it looks for.
   */
  async seen<Found>(
    what: string,
    find: (application: DeployedWorkflowApplication) => Promise<Found | undefined>,
  ): Promise<Found> {
    const application = await (this.#watched ??= openWithWorkflows(claims));
    for (const giveUp = Date.now() + DEADLINE_MS; Date.now() < giveUp; await sleep(PAUSE_MS)) {
      const found = await find(application);
      if (found !== undefined) return found;
    }
    throw new Error(`${what}: not within five minutes`);
  }

  /** `laneway worker run appraiser`, as an operator starts it; resolved when it is at work. */
  async startAppraiser(): Promise<void> {
    const child = spawn('npx', ['--no', 'laneway', 'worker', 'run', 'appraiser', '--port', '0'], {
      cwd: this.user.directory,
      env: this.user.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#workers.push(child);
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child.stderr?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes('appraiser at work')) resolve();
      });
      child.once('exit', (code) => reject(new Error(`the worker ended with ${code}: ${said}`)));
    });
  }

  /** Ends workers, and what npx put around them. */
  killWorkers(): void {
    for (const { pid, exitCode, signalCode } of this.#workers) {
      if (pid === undefined || exitCode !== null || signalCode !== null) continue;
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
  }

  /** Id of the approval that an execution waits for, once it is asked for. */
  async approvalOf(execution: string): Promise<string> {
    return this.seen(`approval of ${execution}`, async (application) => {
      const open = await openApprovals(application);
      const own = open.find(({ waiter }) => waiter.kind === 'workflow' && waiter.execution === execution);
      return own?.requestId;
    });
  }

  /** Reports a claim by the command. @returns the execution that settles it */
  async report(claim: string, photos: readonly string[], policy = 'P-1'): Promise<string> {
    const data = JSON.stringify({ claim, policy, photos });
    const { stdout } = await this.user.must('laneway', '--json', 'send', 'ClaimReported', '--data', data);
    const { id } = JSON.parse(stdout) as { readonly id: string };
    return executionName('settle', { id, source: sourceOf(claims.name, 'client', 'portal') });
  }
}
