import { unknownName } from '../../domain/base/errors.js';
import type { OpenExecution, OpenExecutionStore } from '../../domain/execution/open-executions.js';
import { DueIndex } from './due/due-index.js';
import type { WorkflowResumer, WorkflowStarter } from '../../domain/execution/workflow-engine.js';

/** Answer to a task token. */
export type TokenAnswer =
  | { readonly ok: true; readonly output: unknown }
  | { readonly ok: false; readonly error: string; readonly cause: string };

/** An execution as it was started. */
export interface StartedExecution {
  readonly workflow: string;
  readonly name: string;
  readonly input: unknown;
}

/** Starts and resumptions of workflows in memory: a token is answered once, an execution name starts once. */
export class MemoryWorkflows implements WorkflowResumer, WorkflowStarter {
  readonly executions = new Map<string, StartedExecution>();
  readonly #waiting = new Map<string, (answer: TokenAnswer) => void>();
  readonly #workflows: readonly string[];

  constructor(workflows: readonly string[]) {
    this.#workflows = workflows;
  }

  /** Waits on a token; the answer is given to `answered` once. */
  wait(token: string, answered: (answer: TokenAnswer) => void): void {
    this.#waiting.set(token, answered);
  }

  /** Stops waiting, as a state that timed out does. @returns whether anybody waited */
  forget(token: string): boolean {
    return this.#waiting.delete(token);
  }

  async succeed(token: string, output: unknown): Promise<'resumed' | 'gone'> {
    return Promise.resolve(
      this.#answer(token, { ok: true, output: JSON.parse(JSON.stringify(output ?? null)) as unknown }),
    );
  }

  async fail(token: string, error: string, cause: string): Promise<'resumed' | 'gone'> {
    return Promise.resolve(this.#answer(token, { ok: false, error, cause }));
  }

  async start(workflow: string, name: string, input: unknown): Promise<'started' | 'exists'> {
    if (await this.exists(workflow, name)) return 'exists';
    const key = JSON.stringify([workflow, name]);
    this.executions.set(key, { workflow, name, input: JSON.parse(JSON.stringify(input ?? null)) as unknown });
    return 'started';
  }

  exists(workflow: string, name: string): Promise<boolean> {
    if (this.#workflows.includes(workflow))
      return Promise.resolve(this.executions.has(JSON.stringify([workflow, name])));
    return Promise.reject(
      unknownName('CONFIGURATION', `there is no workflow '${workflow}'`, workflow, this.#workflows, 'workflows'),
    );
  }

  /** Removes an execution: one of its name may start again. */
  forgetExecution(workflow: string, name: string): void {
    this.executions.delete(JSON.stringify([workflow, name]));
  }

  #answer(token: string, answer: TokenAnswer): 'resumed' | 'gone' {
    const answered = this.#waiting.get(token);
    if (!answered) return 'gone';
    this.#waiting.delete(token);
    answered(answer);
    return 'resumed';
  }
}

/** Notes of executions whose end is still to be reported, in memory. */
export class MemoryOpenExecutions implements OpenExecutionStore {
  readonly #notes = new Map<string, OpenExecution & { readonly due: number }>();
  readonly #due = new DueIndex<string>();
  /** Those whose execution has ended. */
  readonly #ended = new DueIndex<string>();
  readonly #hasEnded: (name: string) => boolean;

  /** @param hasEnded tells whether an execution that is noted has ended already */
  constructor(hasEnded: (name: string) => boolean = () => false) {
    this.#hasEnded = hasEnded;
  }

  async note(execution: OpenExecution, due: number): Promise<void> {
    this.#notes.set(execution.name, { ...execution, due });
    this.#due.set(execution.name, due);
    if (this.#hasEnded(execution.name)) this.#ended.set(execution.name, due);
    return Promise.resolve();
  }

  async close(name: string): Promise<void> {
    this.#notes.delete(name);
    this.#due.delete(name);
    this.#ended.delete(name);
    return Promise.resolve();
  }

  async *due(after: number, until: number): AsyncGenerator<OpenExecution & { readonly due: number }> {
    for (const name of this.#due.range(after, until)) {
      const note = await Promise.resolve(this.#notes.get(name));
      if (note !== undefined) yield note;
    }
  }

  /** To be called when an execution has ended. */
  end(name: string): void {
    const note = this.#notes.get(name);
    if (note !== undefined) this.#ended.set(name, note.due);
  }

  /** Time at which the next execution is due that has ended, milliseconds since 1970; undefined when there is none. */
  get nextEnded(): number | undefined {
    return this.#ended.next;
  }
}
