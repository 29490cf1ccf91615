import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  paginateGetExecutionHistory,
  paginateListExecutions,
  StopExecutionCommand,
  type ExecutionStatus as SfnStatus,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import { cutText } from '../../domain/base/cut-text.js';
import { defined } from '../../domain/base/defined.js';
import { LanewayError } from '../../domain/base/errors.js';
import type {
  Execution,
  ExecutionDetail,
  ExecutionEnd,
  ExecutionStatus,
  OpenCall,
  StateVisits,
  SupervisedExecutions,
  WorkflowEngine,
} from '../../domain/execution/executions.js';
import { available, awsCode, unavailable } from '../base/aws-error.js';
import { OpenCalls } from './sfn-open-calls.js';

const STATUSES: Readonly<Record<ExecutionStatus, SfnStatus>> = {
  running: 'RUNNING',
  succeeded: 'SUCCEEDED',
  failed: 'FAILED',
  'timed-out': 'TIMED_OUT',
  aborted: 'ABORTED',
};
const ENDS = { succeeded: 'SUCCEEDED', failed: 'FAILED', 'timed-out': 'TIMED_OUT', aborted: 'ABORTED' } as const;
/** Longest `cause` of StopExecution (Step Functions API reference). */
const CAUSE_LENGTH = 32_768;
/** The most that one call lists. By default it is a hundred, at five calls a second (ListExecutions, quotas). */
const PAGE = { maxResults: 1000 } as const;

/** The state machines of an application on Step Functions, which keeps executions for 90 days after they ended. */
export class SfnWorkflowEngine implements WorkflowEngine, SupervisedExecutions {
  constructor(
    private readonly client: SFNClient,
    /** Workflow name -> state machine ARN. */
    private readonly machines: Readonly<Record<string, string>>,
  ) {}

  get workflows(): readonly string[] {
    return Object.keys(this.machines);
  }

  async *list(workflow: string, status?: ExecutionStatus): AsyncGenerator<Execution> {
    const stateMachineArn = this.machine(workflow);
    const statusFilter = status === undefined ? {} : { statusFilter: STATUSES[status] };
    const pages = paginateListExecutions({ client: this.client }, { stateMachineArn, ...statusFilter, ...PAGE });
    for await (const { executions = [] } of reading(`listing executions of ${workflow}`, pages))
      for (const found of executions) yield executionFrom(workflow, found);
  }

  async find(workflow: string, name: string): Promise<ExecutionDetail | undefined> {
    try {
      const found = await this.client.send(new DescribeExecutionCommand({ executionArn: this.arn(workflow, name) }));
      return {
        ...executionFrom(workflow, found),
        input: parsed(found.input),
        ...(found.output === undefined ? {} : { output: parsed(found.output) }),
        ...defined({ error: found.error, cause: found.cause }),
      };
    } catch (error) {
      if (awsCode(error) === 'ExecutionDoesNotExist') return undefined;
      throw unavailable(`reading execution ${name}`, error);
    }
  }

  async end(workflow: string, name: string): Promise<ExecutionEnd | 'running' | undefined> {
    const found = await this.find(workflow, name);
    if (found === undefined) return undefined;
    const { status, endedAt } = found;
    if (status === 'running' || endedAt === undefined) return 'running';
    const { input, output, error, cause } = found;
    const word = ENDS[status];
    return { arn: this.arn(workflow, name), status: word, endedAt, input, ...defined({ output, error, cause }) };
  }

  async visits(workflow: string, name: string): Promise<Readonly<Record<string, StateVisits>>> {
    const all: Record<string, StateVisits> = {};
    const executionArn = this.arn(workflow, name);
    const input = { executionArn, includeExecutionData: false, ...PAGE };
    const pages = paginateGetExecutionHistory({ client: this.client }, input);
    for await (const { events = [] } of reading(`reading the history of ${name}`, pages)) {
      for (const { stateEnteredEventDetails, stateExitedEventDetails, timestamp } of events) {
        const state = stateEnteredEventDetails?.name ?? stateExitedEventDetails?.name;
        if (state === undefined) continue;
        const at = iso(timestamp);
        const before = all[state] ?? { entered: 0, exited: 0, since: at };
        all[state] =
          stateExitedEventDetails === undefined
            ? { ...before, entered: before.entered + 1 }
            : { ...before, exited: before.exited + 1, until: at };
      }
    }
    return all;
  }

  async openCalls(workflow: string, name: string): Promise<readonly OpenCall[]> {
    const open = new OpenCalls();
    const input = { executionArn: this.arn(workflow, name), includeExecutionData: true, ...PAGE };
    const pages = paginateGetExecutionHistory({ client: this.client }, input);
    for await (const { events = [] } of reading(`reading the history of ${name}`, pages))
      for (const event of events) open.add(event);
    return open.calls;
  }

  async definition(workflow: string, execution?: string): Promise<unknown> {
    const command =
      execution === undefined
        ? this.client.send(new DescribeStateMachineCommand({ stateMachineArn: this.machine(workflow) }))
        : this.client.send(
            new DescribeStateMachineForExecutionCommand({ executionArn: this.arn(workflow, execution) }),
          );
    const { definition } = await available<{ definition?: string | undefined }>(`reading ${workflow}`, command);
    return parsed(definition);
  }

  async stop(workflow: string, name: string, error: string, cause: string): Promise<void> {
    const executionArn = this.arn(workflow, name);
    const command = new StopExecutionCommand({ executionArn, error, cause: cutText(cause, CAUSE_LENGTH) });
    await available(`stopping execution ${name}`, this.client.send(command));
  }

  private machine(workflow: string): string {
    const arn = this.machines[workflow];
    if (arn !== undefined) return arn;
    throw new LanewayError('NOT_FOUND', `no workflow '${workflow}' is deployed`, {
      help: [`deployed: ${this.workflows.join(', ') || '(none)'}`],
    });
  }

  /** `arn:<partition>:states:<region>:<account>:execution:<state machine>:<execution>` */
  private arn(workflow: string, name: string): string {
    return `${this.machine(workflow).replace(':stateMachine:', ':execution:')}:${name}`;
  }
}

function executionFrom(
  workflow: string,
  found: {
    readonly name?: string | undefined;
    readonly status?: SfnStatus | undefined;
    readonly startDate?: Date | undefined;
    readonly stopDate?: Date | undefined;
  },
): Execution {
  // An execution that is redriven by Step Functions itself runs again.
  const known = (Object.keys(STATUSES) as ExecutionStatus[]).find((status) => STATUSES[status] === found.status);
  return {
    workflow,
    name: found.name ?? '',
    status: known ?? 'running',
    startedAt: iso(found.startDate),
    ...(found.stopDate === undefined ? {} : { endedAt: iso(found.stopDate) }),
  };
}

async function* reading<Page>(what: string, pages: AsyncIterable<Page>): AsyncGenerator<Page> {
  try {
    yield* pages;
  } catch (error) {
    throw unavailable(what, error);
  }
}

function parsed(text: string | undefined): unknown {
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}

function iso(date: Date | undefined): string {
  return (date ?? new Date(0)).toISOString();
}
