import { existsSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { agentEntries, workerEntry } from '../../../infra/application/agent-entries.js';
import { DeployError } from '../../../infra/engines/deploy/deploy-error.js';
import type { EngineTarget } from '../../../infra/engines/engine.js';
import { keptEngine, stopKeptEngine } from '../../../infra/engines/kept-engine.js';
import { findDeployment, outputOf, type Deployment } from '../../../shared/client/deployment.js';
import { outputKey } from '../../../shared/topology/deployed/output-key.js';
import type { Topology } from '../../../shared/topology/topology.js';
import type { CommandContext } from '../../context/command-context.js';
import { describeError } from '../../context/describe-error.js';
import { deployHere, deployTarget, interruptible, shellLines } from './deploy-here.js';
import { loadTopology, locateTopology } from '../../context/load-topology.js';
import { openAgentCode, type AgentCode } from './dev/agent-code.js';
import { Edits } from './dev/edits.js';
import { openDevWorker, workerCommand, type DevWorker } from './dev/dev-worker.js';
import { faultyFiles, infraFiles } from './dev/infra-files.js';
import { span } from '../../render/time.js';
import { describeTarget, hasEndpoint } from '../../context/target.js';

/**
 * Deploys and watches until Ctrl-C. An edit of what only functions are made of updates the code of those functions; one of
 * what a worker is made of starts its process again; an edit of topology or infrastructure deploys. An engine that was started for it ends with it.
 */
export async function devCommand(context: CommandContext): Promise<void> {
  const { project, output } = context;
  const local: CommandContext = { ...context, options: { engine: 'local', ...context.options } };
  const [file] = locateTopology(project, context.options.topology);
  // One that is not there is no edit that the next one mends.
  if (!existsSync(file)) await context.topology();
  const had = (await keptEngine(project.directory)) !== undefined || hasEndpoint();
  const interrupt = interruptible();
  const session = new DevSession(local, file, interrupt.signal);
  try {
    const target = await deployTarget(local);
    output.progress(`deploying to ${describeTarget(target)}`);
    for (const line of shellLines(target)) output.progress(line);
    await session.run(target);
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
  } finally {
    await session.close();
    interrupt.release();
    if (!had && (await stopKeptEngine(project.directory)))
      output.progress('the engine that was started for this is stopped');
  }
}

class DevSession {
  private client: LambdaClient | undefined;
  private deployments = 0;
  private agents: AgentCode[] = [];
  private workers: DevWorker[] = [];
  private infra: ReadonlySet<string>;
  private deployment: Deployment = {};
  private readonly edits = new Edits();

  constructor(
    private readonly context: CommandContext,
    private readonly topologyFile: string,
    private readonly signal: AbortSignal,
  ) {
    // Until the files that decide the stacks are known, which a broken one of them prevents.
    this.infra = new Set([topologyFile]);
  }

  /** Called when the environment points to the target: the client is made of it. */
  async run(target: EngineTarget): Promise<void> {
    const client = new LambdaClient({});
    this.client = client;
    await this.watchOn(() => this.deploy(target, 'the first time'));
    while (!this.signal.aborted) {
      this.follow();
      const files = await this.edits.next(this.signal);
      if (files.length === 0) continue;
      await this.watchOn(async () => {
        const infra = files.filter((file) => this.infra.has(file));
        if (infra.length > 0 || this.deployments === 0) await this.deploy(target, this.names(files));
        else await this.update(client, files);
      });
    }
  }

  /** Says what went wrong, and goes on: the next edit may mend it. No edit mends an account. */
  private async watchOn(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (this.signal.aborted) return;
      if (error instanceof DeployError && (error.failure === 'credentials' || error.failure === 'bootstrap'))
        throw error;
      this.say(describeError(error, this.context.options.debug === true) ?? 'failed');
      if (this.deployments === 0) this.say('nothing is deployed yet; watching for the edit that mends it');
    }
  }

  async close(): Promise<void> {
    this.edits.close();
    this.client?.destroy();
    await Promise.all([...this.agents, ...this.workers].map((agent) => agent.dispose()));
  }

  private async deploy(target: EngineTarget, why: string): Promise<void> {
    const start = Date.now();
    if (this.deployments > 0) this.say(`deploying (${why})`);
    const { project, options } = this.context;
    this.infra = await infraFiles(project.directory, this.topologyFile, project.app).catch((error: unknown) => {
      // A file that does not parse tells no imports: dev goes on watching the files it knew, and those with the fault.
      this.infra = new Set([...this.infra, ...faultyFiles(error, project.directory)]);
      throw error;
    });
    this.follow();
    await deployHere(this.context, target, { signal: this.signal });
    const again = this.deployments++;
    const { topology } = await loadTopology(project, options.topology, { again });
    this.deployment = await findDeployment(topology.name);
    await this.openAgents(topology);
    this.say(`deployed (${why}) in ${span(Date.now() - start)}`);
  }

  private async openAgents(topology: Topology): Promise<void> {
    await Promise.all(this.agents.map((agent) => agent.dispose()));
    const { project } = this.context;
    const folder =
      project.agents === undefined ? dirname(this.topologyFile) : resolve(project.directory, project.agents);
    const entries = [...agentEntries(topology.model, folder)];
    this.agents = await Promise.all(
      entries.flatMap(([agent, entry]) =>
        typeof entry === 'string' ? [openAgentCode(agent, entry, project.directory)] : [],
      ),
    );
    await this.openWorkers(topology, folder);
  }

  private async openWorkers({ model }: Topology, folder: string): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.dispose()));
    this.workers = [];
    for (const { id, runs } of Object.values(model.agents)) {
      if (runs !== 'worker') continue;
      try {
        const worker = await openDevWorker(id, workerEntry(model, folder, id), {
          directory: this.context.project.directory,
          command: workerCommand(id, this.context.options.topology),
          ended: (how) => this.say(`worker ${id} ended with ${how}; the next edit of its code starts it again`),
        });
        this.workers.push(worker);
        this.say(`worker ${id} started`);
      } catch (error) {
        // The application is deployed all the same, and the worker may run elsewhere.
        this.say(`worker ${id} does not run here: ${describeError(error, this.context.options.debug === true) ?? ''}`);
      }
    }
  }

  private async update(client: LambdaClient, files: readonly string[]): Promise<void> {
    const touched = this.agents.filter((agent) => files.some((file) => agent.inputs.has(file)));
    await Promise.all(
      touched.map(async (code) => {
        const start = Date.now();
        if (!(await code.rebuild())) return this.say(`${code.agent}: ${this.names(files)} changes nothing`);
        await code.upload(client, outputOf(this.deployment, outputKey('Function', code.agent)));
        this.say(`${code.agent} updated (${this.names(files)}) in ${span(Date.now() - start)}`);
      }),
    );
    await Promise.all(
      this.workers.map(async (worker) => {
        if (!files.some((file) => worker.inputs.has(file))) return;
        if (!(await worker.rebuild())) return this.say(`worker ${worker.agent}: ${this.names(files)} changes nothing`);
        await worker.restart();
        this.say(`worker ${worker.agent} started again (${this.names(files)})`);
      }),
    );
  }

  private follow(): void {
    this.edits.follow([...this.infra, ...[...this.agents, ...this.workers].flatMap((agent) => [...agent.inputs])]);
  }

  private names(files: readonly string[]): string {
    return files.map((file) => relative(this.context.project.directory, file)).join(', ');
  }

  private say(line: string): void {
    this.context.output.progress(`${new Date().toTimeString().slice(0, 8)}  ${line}`);
  }
}
