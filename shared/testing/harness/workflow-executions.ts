import { defined } from '../../domain/base/defined.js';
import { summarizeError } from '../../domain/base/errors.js';
import { newId } from '../../domain/base/ids.js';
import type {
  ExecutionDetail,
  ExecutionEnd,
  ExecutionStatus,
  OpenCall,
  SupervisedExecutions,
} from '../../domain/execution/executions.js';
import type { Clock } from '../../domain/base/clock.js';
import type { ExecutionReader, WorkflowResumer, WorkflowStarter } from '../../domain/execution/workflow-engine.js';
import type { WorkflowDefinition } from '../../workflow/define/workflow-definition.js';
import { AslFailure } from '../asl/asl-failure.js';
import { DueHeap } from '../memory/due/due-heap.js';
import { MemoryWorkflows, type TokenAnswer } from '../memory/memory-workflows.js';
import { loadJsonata, runAsl, type Evaluate } from '../asl/run-asl.js';

/** World that executions run in. */
export interface ExecutionWorld {
  readonly clock: Clock;
  readonly random: () => number;
  /** Runs the dispatcher function over what a state passes to it. */
  readonly dispatch: (payload: unknown) => Promise<unknown>;
  /** Takes the status event of an execution, as the text of an EventBridge event. */
  readonly ended: (event: string, execution: string) => void;
  /** Called with the time at which something will be due: {@link WorkflowExecutions.fire} is to be called by then. */
  readonly due?: (at: number) => void;
  readonly watch?: TokenWatch;
}

/** Callbacks about task tokens and the calls that carry them. */
export interface TokenWatch {
  /** Called before a state calls the dispatcher. */
  readonly dispatching: (payload: unknown) => void;
  /** Called when that call has returned or failed. */
  readonly dispatched: (payload: unknown, failed: boolean) => void;
  /** Called when a token was answered; `gone` when nobody waited for it (any more). */
  readonly answered: (token: string, result: 'resumed' | 'gone') => void;
  /** Called when nobody answered a token within the state's own timeout, the backstop. */
  readonly backstop: (token: string) => void;
}

interface Alarm {
  readonly execution: string;
  readonly fire: () => void;
}

/** Executions of workflows over a clock: what waits goes on when its token is answered or {@link fire} is called. */
export class WorkflowExecutions implements WorkflowStarter, WorkflowResumer, ExecutionReader, SupervisedExecutions {
  readonly #workflows: ReadonlyMap<string, WorkflowDefinition>;
  readonly #world: ExecutionWorld;
  readonly #memory: MemoryWorkflows;
  readonly #alarms = new DueHeap<Alarm>();
  /** Number of the last alarm: of those at one time, the first set is the first to fire. */
  #lastAlarm = 0;
  /** Alarms that have not fired, by execution. */
  readonly #alarmsOf = new Map<string, Set<Alarm>>();
  /** Tokens that were waited on, by execution. */
  readonly #tokens = new Map<string, string[]>();
  /** Calls that wait for their token to be answered, by token. */
  readonly #open = new Map<string, OpenCall & { readonly execution: string }>();
  /** Aborts a running execution, by its name. */
  readonly #stops = new Map<string, (failure: Aborted) => void>();
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

  exists(workflow: string, name: string): Promise<boolean> {
    return this.#memory.exists(workflow, name);
  }

  async succeed(token: string, output: unknown): Promise<'resumed' | 'gone'> {
    return this.#answered(token, await this.#memory.succeed(token, output));
  }

  async fail(token: string, error: string, cause: string): Promise<'resumed' | 'gone'> {
    return this.#answered(token, await this.#memory.fail(token, error, cause));
  }

  #answered(token: string, result: 'resumed' | 'gone'): 'resumed' | 'gone' {
    this.#world.watch?.answered(token, result);
    return result;
  }

  /** Status events here leave nothing out. */
  async describe(): Promise<Record<never, never>> {
    return Promise.resolve({});
  }

  async find(workflow: string, name: string): Promise<ExecutionDetail | undefined> {
    const found = this.#known.get(name);
    return Promise.resolve(found?.workflow === workflow ? found : undefined);
  }

  async end(workflow: string, name: string): Promise<ExecutionEnd | 'running' | undefined> {
    const found = await this.find(workflow, name);
    if (found?.endedAt === undefined) return found === undefined ? undefined : 'running';
    const status = (Object.keys(STATUSES) as Ending['status'][]).find((one) => STATUSES[one] === found.status);
    const { endedAt, input, output, error, cause } = found;
    return {
      ...{ arn: executionArn(name), status: status ?? 'FAILED', endedAt, input },
      ...defined({ output, error, cause }),
    };
  }

  get workflows(): readonly string[] {
    return [...this.#workflows.keys()];
  }

  async *list(workflow: string, status?: ExecutionStatus): AsyncGenerator<ExecutionDetail> {
    const names = status === 'running' ? this.#stops.keys() : this.#known.keys();
    const all = [...names].flatMap((name) => this.#known.get(name) ?? []).filter((one) => one.workflow === workflow);
    yield* await Promise.resolve(all.filter((one) => status === undefined || one.status === status));
  }

  openCalls(_workflow: string, name: string): Promise<readonly OpenCall[]> {
    const all = (this.#tokens.get(name) ?? []).flatMap((token) => this.#open.get(token) ?? []);
    return Promise.resolve(all.map(({ execution: _execution, ...call }) => call));
  }

  definition(workflow: string): Promise<unknown> {
    return Promise.resolve(this.#workflows.get(workflow)?.asl);
  }

  async stop(_workflow: string, name: string, error: string, cause: string): Promise<void> {
    this.#stops.get(name)?.(new Aborted(error, cause));
    return Promise.resolve();
  }

  /** Names of all executions, oldest first. */
  get names(): readonly string[] {
    return [...this.#known.keys()];
  }

  /** Removes an execution that has ended. */
  forget(name: string): void {
    const known = this.#known.get(name);
    if (known === undefined || known.status === 'running') return;
    this.#known.delete(name);
    this.#memory.forgetExecution(known.workflow, name);
  }

  /** True for an execution that has ended. */
  hasEnded(name: string): boolean {
    return this.#known.get(name)?.endedAt !== undefined;
  }

  /** Number of executions that have not ended. */
  get running(): number {
    return this.#stops.size;
  }

  /** Time at which something in a running execution times out or is tried again, milliseconds since 1970; undefined when nothing will. */
  get nextAlarm(): number | undefined {
    return this.#alarms.next;
  }

  /** Fires what is due. @returns whether anything was */
  fire(): boolean {
    const now = this.#world.clock.now();
    // Taken out first: what they set is not due in the same round.
    const due: Alarm[] = [];
    for (let one = this.#alarms.takeUntil(now); one !== undefined; one = this.#alarms.takeUntil(now)) due.push(one);
    for (const alarm of due) {
      this.#alarmsOf.get(alarm.execution)?.delete(alarm);
      alarm.fire();
    }
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
    const stopped = new Promise<never>((_resolve, reject) => this.#stops.set(name, reject));
    const host = {
      name,
      input,
      newToken: newId,
      forget: (token: string) => this.#forget(token),
      random: this.#world.random,
      dispatch: async (payload: unknown) => {
        this.#notePayload(payload);
        this.#world.watch?.dispatching(payload);
        try {
          const dispatched = await this.#world.dispatch(payload);
          this.#world.watch?.dispatched(payload, false);
          return dispatched;
        } catch (error) {
          this.#world.watch?.dispatched(payload, true);
          throw new AslFailure(summarizeError(error).name, summarizeError(error).message);
        }
      },
      // A branch that was on its way when its execution ended does not get any further.
      sleep: (seconds: number) =>
        new Promise<void>((resolve) => {
          if (this.#runs(name)) this.#alarm(name, this.#world.clock.now() + seconds * 1000, resolve);
        }),
      answerTo: (token: string, seconds: number | undefined) =>
        this.#runs(name) ? this.#answerTo(name, token, seconds) : new Promise<never>(() => undefined),
    };
    const facts = { execution: name, workflow: definition.name, input };
    try {
      const output = await Promise.race([runAsl(definition.asl, host, evaluate), tooLong, stopped]);
      this.#end(facts, { status: 'SUCCEEDED', output: JSON.stringify(output) });
    } catch (failure) {
      if (!(failure instanceof AslFailure)) throw failure;
      const ended = failure.error === 'States.Timeout' ? 'TIMED_OUT' : 'FAILED';
      const status = failure instanceof Aborted ? 'ABORTED' : ended;
      this.#end(facts, { status, error: failure.error, cause: failure.detail });
    }
  }

  #runs(execution: string): boolean {
    return this.#known.get(execution)?.status === 'running';
  }

  #answerTo(execution: string, token: string, seconds: number | undefined): Promise<TokenAnswer> {
    const since = new Date(this.#world.clock.now()).toISOString();
    this.#open.set(token, { execution, state: '', since });
    return new Promise((resolve) => {
      this.#memory.wait(token, (answer) => {
        this.#open.delete(token);
        resolve(answer);
      });
      const tokens = this.#tokens.get(execution) ?? [];
      tokens.push(token);
      this.#tokens.set(execution, tokens);
      if (seconds === undefined) return;
      this.#alarm(execution, this.#world.clock.now() + seconds * 1000, () => {
        if (this.#forget(token)) this.#world.watch?.backstop(token);
        resolve({ ok: false, error: 'States.Timeout', cause: `no answer within ${seconds} s` });
      });
    });
  }

  #forget(token: string): boolean {
    this.#open.delete(token);
    return this.#memory.forget(token);
  }

  #notePayload(payload: unknown): void {
    const { token, step } = payload as { readonly token?: string; readonly step?: string };
    const call = token === undefined ? undefined : this.#open.get(token);
    if (token !== undefined && call) this.#open.set(token, { ...call, state: step ?? '', payload });
  }

  #alarm(execution: string, at: number, fire: () => void): void {
    const alarm = { execution, fire };
    this.#alarms.set(alarm, Math.ceil(at), ++this.#lastAlarm);
    const alarms = this.#alarmsOf.get(execution) ?? new Set();
    this.#alarmsOf.set(execution, alarms.add(alarm));
    this.#world.due?.(Math.ceil(at));
  }

  #end({ execution, workflow, input }: { execution: string; workflow: string; input: unknown }, detail: Ending): void {
    const { status, output, error, cause } = detail;
    this.#known.set(execution, {
      ...{ workflow, name: execution, input, status: STATUSES[status] },
      startedAt: this.#known.get(execution)?.startedAt ?? '',
      endedAt: new Date(this.#world.clock.now()).toISOString(),
      ...(output === undefined ? {} : { output: JSON.parse(output) as unknown }),
      ...defined({ error, cause }),
    });
    for (const alarm of this.#alarmsOf.get(execution) ?? []) this.#alarms.delete(alarm);
    this.#alarmsOf.delete(execution);
    // A token of an execution that has ended is answered in vain.
    for (const token of this.#tokens.get(execution) ?? []) this.#forget(token);
    this.#tokens.delete(execution);
    this.#stops.delete(execution);
    const about = { executionArn: executionArn(execution), stateMachineArn: machineArn(workflow), name: execution };
    this.#world.ended(JSON.stringify({ detail: { ...about, input: JSON.stringify(input), ...detail } }), execution);
  }
}

/** An execution was stopped. */
class Aborted extends AslFailure {}

/** End of an execution, as its status event tells it; `output`, `error` and `cause` as texts. */
interface Ending {
  readonly status: keyof typeof STATUSES;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
}

const STATUSES = { SUCCEEDED: 'succeeded', FAILED: 'failed', TIMED_OUT: 'timed-out', ABORTED: 'aborted' } as const;

/** Stands for the ARN of a state machine. */
export function machineArn(workflow: string): string {
  return `machine:${workflow}`;
}

function executionArn(execution: string): string {
  return `execution:${execution}`;
}
