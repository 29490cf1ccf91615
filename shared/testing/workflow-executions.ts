import { summarizeError } from '../domain/errors.js';
import { newId } from '../domain/ids.js';
import type { ExecutionDetail, ExecutionFinder } from '../domain/executions.js';
import type { Clock, ExecutionReader, WorkflowResumer, WorkflowStarter } from '../domain/ports.js';
import type { WorkflowDefinition } from '../workflow/define-workflow.js';
import { MemoryWorkflows, type TokenAnswer } from './memory-workflows.js';
import { AslFailure, loadJsonata, runAsl, type Evaluate } from './run-asl.js';

/** What executions need of their world. */
export interface ExecutionWorld {
  readonly clock: Clock;
  readonly random: () => number;
  /** Runs the dispatcher function over what a state passes to it. */
  readonly dispatch: (payload: unknown) => Promise<unknown>;
  /** Takes the status events of executions, as texts of EventBridge events. */
  readonly ended: (event: string) => void;
}

interface Alarm {
  readonly at: number;
  readonly execution: string;
  readonly fire: () => void;
}

/** Executions of workflows on a fake clock: what waits goes on when its token is answered or {@link fire} is called. */
export class WorkflowExecutions implements WorkflowStarter, WorkflowResumer, ExecutionReader, ExecutionFinder {
  readonly #workflows: ReadonlyMap<string, WorkflowDefinition>;
  readonly #world: ExecutionWorld;
  readonly #memory: MemoryWorkflows;
  #alarms: Alarm[] = [];
  /** Tokens that were waited on, by execution. */
  readonly #tokens = new Map<string, string[]>();
  /** Every execution that was started, by name. */
  readonly #known = new Map<string, ExecutionDetail>();
  #evaluate: Evaluate | undefined;
  #fault: Error | undefined;

  constructor(workflows: readonly WorkflowDefinition[], world: ExecutionWorld) {
    this.#workflows = new Map(workflows.map((workflow) => [workflow.name, workflow]));
    this.#world = world;
    this.#memory = new MemoryWorkflows([...this.#workflows.keys()]);
  }

  async start(workflow: string, name: string, input: unknown): Promise<'started' | 'exists'> {
    this.#evaluate ??= await loadJsonata();
    const started = await this.#memory.start(workflow, name, input);
    const definition = this.#workflows.get(workflow);
    if (started === 'started' && definition) {
      this.#run(definition, name, JSON.parse(JSON.stringify(input)), this.#evaluate).catch(
        (fault: unknown) => (this.#fault = fault instanceof Error ? fault : new Error(String(fault))),
      );
    }
    return started;
  }

  succeed(token: string, output: unknown): Promise<'resumed' | 'gone'> {
    return this.#memory.succeed(token, output);
  }

  fail(token: string, error: string, cause: string): Promise<'resumed' | 'gone'> {
    return this.#memory.fail(token, error, cause);
  }

  /** Status events here leave nothing out. */
  async describe(): Promise<Record<never, never>> {
    return Promise.resolve({});
  }

  async find(workflow: string, name: string): Promise<ExecutionDetail | undefined> {
    const found = this.#known.get(name);
    return Promise.resolve(found?.workflow === workflow ? found : undefined);
  }

  /** Names of all executions, oldest first. */
  get names(): readonly string[] {
    return [...this.#known.keys()];
  }

  /** When something in a running execution times out or is tried again, milliseconds since 1970. */
  get nextAlarm(): number | undefined {
    return this.#alarms.length === 0 ? undefined : Math.min(...this.#alarms.map(({ at }) => at));
  }

  /** Fires what is due. @returns whether anything was */
  fire(): boolean {
    const due = this.#alarms.filter(({ at }) => at <= this.#world.clock.now()).sort((a, b) => a.at - b.at);
    this.#alarms = this.#alarms.filter((alarm) => !due.includes(alarm));
    for (const alarm of due) alarm.fire();
    return due.length > 0;
  }

  /** @throws what the interpreter itself failed with, which is no ending of an execution */
  check(): void {
    if (this.#fault !== undefined) throw this.#fault;
  }

  async #run(definition: WorkflowDefinition, name: string, input: unknown, evaluate: Evaluate): Promise<void> {
    const began = this.#world.clock.now();
    const startedAt = new Date(began).toISOString();
    this.#known.set(name, { workflow: definition.name, name, status: 'running', startedAt, input });
    const tooLong = new Promise<never>((_resolve, reject) =>
      this.#alarm(name, began + definition.asl.TimeoutSeconds * 1000, () =>
        reject(new AslFailure('States.Timeout', `the execution took longer than ${definition.asl.TimeoutSeconds} s`)),
      ),
    );
    const host = {
      name,
      input,
      newToken: newId,
      forget: (token: string) => this.#memory.forget(token),
      random: this.#world.random,
      dispatch: async (payload: unknown) => {
        try {
          return await this.#world.dispatch(payload);
        } catch (error) {
          throw new AslFailure(summarizeError(error).name, summarizeError(error).message);
        }
      },
      sleep: (seconds: number) =>
        new Promise<void>((resolve) => this.#alarm(name, this.#world.clock.now() + seconds * 1000, resolve)),
      answerTo: (token: string, seconds: number | undefined) => this.#answerTo(name, token, seconds),
    };
    const facts = { execution: name, workflow: definition.name, input };
    try {
      const output = await Promise.race([runAsl(definition.asl, host, evaluate), tooLong]);
      this.#end(facts, { status: 'SUCCEEDED', output: JSON.stringify(output) });
    } catch (failure) {
      if (!(failure instanceof AslFailure)) throw failure;
      const status = failure.error === 'States.Timeout' ? 'TIMED_OUT' : 'FAILED';
      this.#end(facts, { status, error: failure.error, cause: failure.detail });
    }
  }

  #answerTo(execution: string, token: string, seconds: number | undefined): Promise<TokenAnswer> {
    return new Promise((resolve) => {
      this.#memory.wait(token, resolve);
      this.#tokens.set(execution, [...(this.#tokens.get(execution) ?? []), token]);
      if (seconds === undefined) return;
      this.#alarm(execution, this.#world.clock.now() + seconds * 1000, () => {
        this.#memory.forget(token);
        resolve({ ok: false, error: 'States.Timeout', cause: `no answer within ${seconds} s` });
      });
    });
  }

  #alarm(execution: string, at: number, fire: () => void): void {
    this.#alarms.push({ at: Math.ceil(at), execution, fire });
  }

  #end({ execution, workflow, input }: { execution: string; workflow: string; input: unknown }, detail: Ending): void {
    const { status, output, error, cause } = detail;
    this.#known.set(execution, {
      ...{ workflow, name: execution, input, status: STATUSES[status] },
      startedAt: this.#known.get(execution)?.startedAt ?? '',
      endedAt: new Date(this.#world.clock.now()).toISOString(),
      ...(output === undefined ? {} : { output: JSON.parse(output) as unknown }),
      ...(error === undefined ? {} : { error }),
      ...(cause === undefined ? {} : { cause }),
    });
    this.#alarms = this.#alarms.filter((alarm) => alarm.execution !== execution);
    // A token of an execution that has ended is answered in vain.
    for (const token of this.#tokens.get(execution) ?? []) this.#memory.forget(token);
    this.#tokens.delete(execution);
    const about = { executionArn: executionArn(execution), stateMachineArn: machineArn(workflow), name: execution };
    this.#world.ended(JSON.stringify({ detail: { ...about, input: JSON.stringify(input), ...detail } }));
  }
}

/** How an execution ended, as its status event says. */
interface Ending {
  readonly status: keyof typeof STATUSES;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
}

const STATUSES = { SUCCEEDED: 'succeeded', FAILED: 'failed', TIMED_OUT: 'timed-out' } as const;

/** Stands for the ARN of a state machine. */
export function machineArn(workflow: string): string {
  return `machine:${workflow}`;
}

function executionArn(execution: string): string {
  return `execution:${execution}`;
}
