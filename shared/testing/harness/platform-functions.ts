import { RateLimiter } from '../../domain/rate/rate-limiter.js';
import { SeenPauses } from '../../agent/pause/seen-pauses.js';
import type { Log } from '../../agent/context.js';
import { approvalLinks } from '../../domain/request/approval-link.js';
import type { Awaited } from '../../domain/request/awaited.js';
import type { Origin } from '../../platform/dead-letters/dead-copy.js';
import { defined } from '../../domain/base/defined.js';
import type { BreakerRecord } from '../../domain/breaker/breaker.js';
import { tellBreaker } from '../../platform/breakers/tell-breaker.js';
import { closeRequest } from '../../platform/requests/close-request.js';
import { dispatchStep } from '../../platform/workflows/dispatch-step.js';
import { drainCopy } from '../../platform/dead-letters/drain-copy.js';
import { takeTimer } from '../../platform/requests/fire-timer.js';
import type { QueuedCopy } from '../../platform/ingress/queued-copy.js';
import { reportCompletion } from '../../platform/workflows/report-completion.js';
import { startWorkflows } from '../../platform/workflows/start-workflow.js';
import { watchAgents } from '../../platform/registry/watch-agents.js';
import { supervise, SUPERVISE_GRACE_MS } from '../../platform/supervision/supervise.js';
import { sweep } from '../../platform/supervision/sweep.js';
import { takeEvent } from '../../platform/ingress/take-event.js';
import { TakenEvents } from '../../platform/ingress/taken-events.js';
import { publisherOf } from '../../publishing/publisher-of.js';
import type { Topology } from '../../topology/topology.js';
import type { MortalProcess } from './mortal-process.js';
import { portsOf, type WorldPorts } from './process-ports.js';
import { machineArn } from './workflow-executions.js';

/** Time that a function of the platform has, milliseconds; as deployed. */
export const PLATFORM_TIMEOUT_MS = 30_000;

/** World that the platform's functions run in. */
export interface PlatformWorld {
  readonly topology: Topology;
  readonly log: Log;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Its dead letter queue is that of the functions themselves. */
  readonly ports: WorldPorts;
  /** Times that a copy was put back into its lane, by its SQS message id. */
  readonly returned: (copy: string) => number;
  /** Kind of the lane from which a copy went to a dead letter queue by itself, after too many receives. */
  readonly moved: (copy: string) => 'bus' | 'direct' | undefined;
  /** Workflow name -> name of the type that starts it. */
  readonly starts: Readonly<Record<string, string>>;
  readonly awaited: readonly Awaited[];
  /** Address that links of approvals begin with; undefined where the application has none. */
  readonly linkBase: string | undefined;
}

/** The platform's functions, run as deployed: each in its own process, over the ports as the fault plan lets it reach them. */
export class PlatformFunctions {
  readonly #world: PlatformWorld;
  readonly #seen = new SeenPauses();
  readonly #taken = new TakenEvents();
  /** Token buckets of the ingress function's process. */
  readonly #limiter = new RateLimiter();

  constructor(world: PlatformWorld) {
    this.#world = world;
  }

  replies(copy: QueuedCopy, process: MortalProcess): Promise<void> {
    return closeRequest(copy, this.#services(process));
  }

  /** @returns instant at which the copy comes again */
  starter(copy: QueuedCopy, process: MortalProcess): Promise<number | undefined> {
    const services = { ...this.#services(process), seen: this.#seen, random: this.#world.random };
    return startWorkflows(copy, process.clock.now() + PLATFORM_TIMEOUT_MS, services);
  }

  /** @returns instant at which the copy comes again */
  deadlines(copy: QueuedCopy, process: MortalProcess): Promise<number | undefined> {
    return takeTimer(copy, this.#services(process));
  }

  workflowEvents(copy: QueuedCopy, process: MortalProcess): Promise<void> {
    const workflows = Object.fromEntries(Object.keys(this.#world.starts).map((name) => [name, machineArn(name)]));
    return reportCompletion(copy.body, { ...this.#services(process), workflows });
  }

  /** @returns instant at which the copy comes again */
  ingress(copy: QueuedCopy, process: MortalProcess): Promise<number | undefined> {
    const services = this.#services(process);
    const limiter = this.#limiter;
    // It never waits itself: what is over a limit comes again.
    const rates = { limiter, clock: services.clock, rates: services.rates, wait: () => Promise.resolve() };
    const publishingAs = (name: string) => ({
      ...publisherOf(this.#world.topology, { kind: 'ingress', name }, services),
      rates,
    });
    return takeEvent(copy, { ...services, limiter, taken: this.#taken, publishingAs });
  }

  deadLetters(copy: QueuedCopy, process: MortalProcess, origin: Origin): Promise<void> {
    const { returned, moved } = this.#world;
    const dead = {
      ...copy,
      origin,
      returns: returned(copy.copy),
      attributes: {},
      ...defined({ moved: moved(copy.copy) }),
    };
    return drainCopy(dead, this.#services(process));
  }

  /** Changes of breakers; what else the stream of the ledger brings is archived, which no world in memory does. */
  ledgerStream(copy: QueuedCopy, process: MortalProcess): Promise<void> {
    const [record, before] = JSON.parse(copy.body) as [BreakerRecord, BreakerRecord | undefined];
    return tellBreaker(record, before ?? undefined, { ...this.#services(process), countBreaker: () => undefined });
  }

  async dispatch(payload: unknown, process: MortalProcess): Promise<unknown> {
    return dispatchStep(payload, this.#services(process));
  }

  async sweep(process: MortalProcess): Promise<void> {
    const stopAt = process.clock.now() + PLATFORM_TIMEOUT_MS;
    await sweep(this.#services(process), { stopAt });
  }

  async watch(process: MortalProcess): Promise<void> {
    await watchAgents(this.#services(process), process.clock.now() + PLATFORM_TIMEOUT_MS);
  }

  async supervise(process: MortalProcess): Promise<void> {
    const services = { ...this.#services(process), pause: () => Promise.resolve() };
    const stopAt = process.clock.now() + PLATFORM_TIMEOUT_MS;
    await supervise(services, { grace: SUPERVISE_GRACE_MS, most: 1_000, stopAt });
  }

  #services(process: MortalProcess) {
    const { topology, log, starts, awaited, linkBase } = this.#world;
    const ports = portsOf(process, this.#world.ports);
    return {
      ...ports,
      ...{ topology, log, starts, awaited, senders: ports },
      approvalLinks: linkBase === undefined ? undefined : approvalLinks(linkBase, topology.name, ports.linkSigner),
      publishing: publisherOf(topology, { kind: 'platform', name: process.who }, ports),
      // Where a rule leads to is known here, so that no copy comes from a rule that could not deliver.
      laneUrls: {},
      count: () => undefined,
      countRung: () => undefined,
    };
  }
}
