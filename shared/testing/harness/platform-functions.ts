import type { Log } from '../../agent/context.js';
import type { ApprovalLinks } from '../../domain/request/approval-link.js';
import type { Awaited } from '../../domain/request/awaited.js';
import type { Clock } from '../../domain/base/clock.js';
import type { DeadLetterBook } from '../../domain/evidence/dead-letter-book.js';
import type { DeadLetterQueue } from '../../domain/delivery/dead-letter.js';
import type { LaneReturns } from '../../domain/wire/message-bus.js';
import type { Origin } from '../../platform/dead-letters/dead-copy.js';
import { closeRequest } from '../../platform/requests/close-request.js';
import { dispatchStep } from '../../platform/workflows/dispatch-step.js';
import { drainCopy } from '../../platform/dead-letters/drain-copy.js';
import { fireTimer, parseTimer } from '../../platform/requests/fire-timer.js';
import type { QueuedCopy } from '../../platform/ingress/queued-copy.js';
import { reportCompletion } from '../../platform/workflows/report-completion.js';
import { startWorkflows } from '../../platform/workflows/start-workflow.js';
import { supervise, SUPERVISE_GRACE_MS } from '../../platform/supervision/supervise.js';
import { sweep } from '../../platform/supervision/sweep.js';
import { takeEvent } from '../../platform/ingress/take-event.js';
import type { Publishing } from '../../publishing/publish-message.js';
import type { Topology } from '../../topology/topology.js';
import type { MortalProcess } from './mortal-process.js';
import { lettersOf, portsOf, type Ports } from './process-ports.js';
import { machineArn, type WorkflowExecutions } from './workflow-executions.js';

/** Time that a function of the platform has, milliseconds; as deployed. */
export const PLATFORM_TIMEOUT_MS = 30_000;

/** World that the platform's functions run in. */
export interface PlatformWorld {
  readonly topology: Topology;
  readonly clock: Clock;
  readonly log: Log;
  readonly ports: Ports;
  readonly executions: WorkflowExecutions;
  /** Dead letter queue of the functions themselves. */
  readonly deadLetters: DeadLetterQueue;
  readonly returns: LaneReturns;
  /** Times that a copy was put back into its lane, by its SQS message id. */
  readonly returned: (copy: string) => number;
  /** Workflow name -> name of the type that starts it. */
  readonly starts: Readonly<Record<string, string>>;
  readonly awaited: readonly Awaited[];
  readonly approvalLinks: ApprovalLinks | undefined;
  readonly book: Pick<DeadLetterBook, 'recordFirst'>;
}

/** The platform's functions, run as deployed: each in its own process, over the ports as the fault plan lets it reach them. */
export class PlatformFunctions {
  readonly #world: PlatformWorld;

  constructor(world: PlatformWorld) {
    this.#world = world;
  }

  replies(copy: QueuedCopy, process: MortalProcess): Promise<void> {
    return closeRequest(copy, this.#services(process));
  }

  starter(copy: QueuedCopy, process: MortalProcess): Promise<void> {
    return startWorkflows(copy, this.#world.clock.now() + PLATFORM_TIMEOUT_MS, this.#services(process));
  }

  deadlines(copy: QueuedCopy, process: MortalProcess): Promise<void> {
    return fireTimer(parseTimer(copy.body), this.#services(process));
  }

  workflowEvents(copy: QueuedCopy, process: MortalProcess): Promise<void> {
    const workflows = Object.fromEntries(Object.keys(this.#world.starts).map((name) => [name, machineArn(name)]));
    return reportCompletion(copy.body, { ...this.#services(process), workflows });
  }

  ingress(copy: QueuedCopy, process: MortalProcess): Promise<void> {
    const services = this.#services(process);
    const publishingAs = (name: string): Publishing => ({ ...services.publishing, kind: 'ingress', name });
    return takeEvent(copy, { ...services, publishingAs });
  }

  deadLetters(copy: QueuedCopy, process: MortalProcess, origin: Origin): Promise<void> {
    const returns = this.#world.returned(copy.copy);
    return drainCopy({ ...copy, origin, returns, attributes: {} }, this.#services(process));
  }

  async dispatch(payload: unknown, process: MortalProcess): Promise<unknown> {
    return dispatchStep(payload, this.#services(process));
  }

  async sweep(process: MortalProcess): Promise<void> {
    const stopAt = this.#world.clock.now() + PLATFORM_TIMEOUT_MS;
    await sweep(this.#services(process), { mostIntents: 5_000, stopAt });
  }

  async supervise(process: MortalProcess): Promise<void> {
    const { executions, clock } = this.#world;
    const services = {
      ...this.#services(process),
      pause: () => Promise.resolve(),
      executions: {
        workflows: executions.workflows,
        list: executions.list.bind(executions),
        find: executions.find.bind(executions),
        definition: executions.definition.bind(executions),
        openCalls: (...given: Parameters<typeof executions.openCalls>) =>
          process.call(() => executions.openCalls(...given)),
        stop: (...given: Parameters<typeof executions.stop>) => process.call(() => executions.stop(...given)),
      },
    };
    const stopAt = clock.now() + PLATFORM_TIMEOUT_MS;
    await supervise(services, { grace: SUPERVISE_GRACE_MS, most: 1_000, stopAt });
  }

  #services(process: MortalProcess) {
    const { topology, clock, log, executions, returns, deadLetters, starts, awaited, approvalLinks, book } =
      this.#world;
    const ports = portsOf(process, this.#world.ports);
    const { bus, lanes, pending, timers, intents, payloads } = ports;
    const senders = { bus, lanes, pending, timers };
    const publishing: Publishing = {
      ...{ topology, clock, intents, payloads, senders },
      kind: 'platform',
      name: process.who,
    };
    return {
      ...ports,
      ...{ topology, clock, log, senders, publishing, starts, awaited, approvalLinks },
      executions,
      starter: {
        start: (...given: Parameters<typeof executions.start>) => process.call(() => executions.start(...given)),
      },
      resumer: {
        succeed: (...given: Parameters<typeof executions.succeed>) => process.call(() => executions.succeed(...given)),
        fail: (...given: Parameters<typeof executions.fail>) => process.call(() => executions.fail(...given)),
      },
      deadLetters: lettersOf(process, deadLetters),
      book: {
        recordFirst: (...given: Parameters<typeof book.recordFirst>) => process.call(() => book.recordFirst(...given)),
      },
      returns: { put: (copy: Parameters<LaneReturns['put']>[0]) => process.call(() => returns.put(copy)) },
      // Where a rule leads to is known here, so that no copy comes from a rule that could not deliver.
      lanes: {},
      count: () => undefined,
      countRung: () => undefined,
    };
  }
}
