import type { DynamoDBRecord } from 'aws-lambda';
import { marshall } from '@aws-sdk/util-dynamodb';
import { archiveRecords } from '../../functions/platform/ledger-stream/archive-records.js';
import { DEFAULT_MEMORY, DEFAULT_TRACING } from '../../infra/constructs/runtime-function.js';
import { DEFAULT_WORKFLOW_TRACING } from '../../infra/constructs/workflow.js';
import { allPorts, archiveWriterPorts, openPorts, sealPorts, sealSignerPort } from '../../shared/aws/ports.js';
import type { PhysicalNames } from '../../shared/aws/physical-names.js';
import { sealHeads } from '../../shared/platform/evidence/seal-heads.js';
import { withRun, type Consumer } from '../../shared/testing/harness/consumer.js';
import { harnessOver, type Harness } from '../../shared/testing/harness/harness.js';
import type { TokenWatch } from '../../shared/testing/harness/workflow-executions.js';
import { MemoryWorld, type WorldParts } from '../../shared/testing/harness/memory-world.js';
import { ManualClock } from '../../shared/testing/memory/manual-clock.js';
import type { QueueCopy } from '../../shared/testing/memory/memory-queue.js';
import { seededRandom } from '../../shared/testing/memory/seeded-random.js';
import type { WorkflowDefinition } from '../../shared/workflow/define/workflow-definition.js';
import { bytesOfExecution, bytesOfInvocation, bytesOfState, meteredLog } from './log-bytes.js';
import { Meter } from './meter.js';
import { chunks, meteredNames, MeteredAws } from './metered-aws.js';
import type { Change } from './metered-tables.js';
import { ASSUMED } from './prices.js';
import { shadowPorts } from './shadow-ports.js';

/** Bytes of the lines of one run of a schedule: that it was invoked, and its heartbeat as an embedded metric. */
const HEARTBEAT_BYTES = 700;

/** Months for which things are kept: the ledger 21 days, the archive 365, logs and payloads 30. */
const KEPT_MONTHS = { ledger: 21 / 30.4, archive: 12, logs: 1, payloads: 1 };

/** Batching window of the ledger's stream, milliseconds; its default. */
const WINDOW_MS = 60_000;

/** Queues that fill without a bus: senders of messages are counted where they send. */
const FED_ELSEWHERE = /\/direct-|^(deadlines|ledger-stream|dead-letters)$/;

/** An application in memory whose work is metered as AWS bills it. */
export class MeteredWorld {
  readonly meter = new Meter();
  readonly harness: Harness;
  readonly #world: MemoryWorld<ManualClock>;
  readonly #aws: MeteredAws;
  readonly #names: PhysicalNames;
  readonly #application: string;
  /** Functions and seconds of which a trace was recorded. */
  readonly #traced = new Set<string>();
  /** Time of the last invocation of a function; before its first it was warm when the world began. */
  readonly #invokedAt = new Map<string, number>();
  readonly #began: number;

  constructor({ topology, agents, workflows }: Pick<WorldParts, 'topology' | 'agents' | 'workflows'>) {
    const { meter } = this;
    const clock = new ManualClock(Date.UTC(2026, 5, 3, 11));
    this.#began = clock.now();
    this.#application = topology.name;
    this.#aws = new MeteredAws(meter, () => clock.now());
    const counted = workflows.map((one) => countTransitions(one, meter, () => this.#execution(one.name)));
    const watch: TokenWatch = {
      dispatching: () => this.#invocation(platform('dispatcher'), ASSUMED.platformMs),
      dispatched: () => undefined,
      answered: () => undefined,
      backstop: () => undefined,
    };
    const parts = { topology, agents, workflows: counted, random: seededRandom(1), watch };
    this.#world = new MemoryWorld(parts, { clock, log: meteredLog(`${topology.name}.agent`, meter) });
    this.#names = meteredNames(
      topology.model,
      workflows.map(({ name }) => name),
    );
    shadow(this.#world, this.#names);
    const consumers = this.#world.consumers as Consumer[];
    consumers.forEach((one, at) => (consumers[at] = this.#metered(one)));
    this.#meterSchedules();
    this.harness = harnessOver(this.#world, parts);
  }

  /** Has the stream bring its changes into the archive, and counts what is kept. Call it once, when all has been done. */
  async close(): Promise<void> {
    await this.#archive(this.#aws.tables.changes);
    const { meter } = this;
    meter.add('tableByteMonth', this.#aws.tables.storedBytes * KEPT_MONTHS.ledger, 'kept');
    meter.add('backupByteMonth', this.#aws.tables.storedBytes * KEPT_MONTHS.ledger, 'kept');
    meter.add('objectByteMonth', (this.#aws.objectBytes.get('archive') ?? 0) * KEPT_MONTHS.archive, 'kept');
    meter.add('objectByteMonth', (this.#aws.objectBytes.get('payloads') ?? 0) * KEPT_MONTHS.payloads, 'kept');
    meter.add('logByteMonth', meter.count('logs', 'logByte') * KEPT_MONTHS.logs, 'kept');
  }

  /** A chain that stands where it has come to: a ledger that was written to before. */
  async beginChain(): Promise<void> {
    const head = {
      chain: 'shardId-00000000000000000001-00000001',
      number: 7,
      digest: 'a'.repeat(64),
      day: '2026-06-03',
    };
    await openPorts(this.#names, sealPorts).chains.advance(undefined, head);
  }

  /** One run of the sealing function. */
  async seal(): Promise<void> {
    await this.#as('seals', async () => {
      const ports = { ...openPorts(this.#names, sealPorts), ...openPorts(this.#names, sealSignerPort) };
      await sealHeads({ ...ports, application: this.#application });
      this.#scheduled('seals');
    });
  }

  /** One look at all agents, which the harness makes only where somebody hears of it. */
  async watch(): Promise<void> {
    await this.#world.watch();
  }

  /** The sweeper with supervision, and the look at all agents, as their schedules call them. */
  #meterSchedules(): void {
    const world = this.#world;
    const [sweep, watch] = [world.sweep.bind(world), world.watch.bind(world)];
    const runs = (functions: number, work: () => Promise<void>) => () =>
      this.#as('schedules', async () => {
        await work();
        for (let one = 0; one < functions; one += 1) this.#scheduled('schedules');
      });
    world.sweep = runs(Object.keys(world.starts).length > 0 ? 2 : 1, sweep);
    world.watch = runs(1, watch);
  }

  #scheduled(part: string): void {
    this.#invocation(platform(part), ASSUMED.scheduledMs, part);
    this.meter.add('logByte', HEARTBEAT_BYTES, 'logs');
  }

  #metered(consumer: Consumer): Consumer {
    const { meter } = this;
    const { name, agent, queue } = consumer;
    const send = queue.send.bind(queue);
    const setVisibility = queue.setVisibility.bind(queue);
    let changes = 0;
    queue.send = (body, ...rest) => {
      if (!FED_ELSEWHERE.test(name)) meter.add('queueCall', chunks(body), 'queues');
      return send(body, ...rest);
    };
    queue.setVisibility = (...given) => {
      changes += 1;
      return setVisibility(...given);
    };
    const handle = async (copies: readonly QueueCopy[]): Promise<void> => {
      changes = 0;
      const count = copies.length;
      await consumer.handle(copies);
      // A receipt, an acknowledgement of all, and their change of visibility, each a request.
      meter.add('queueCall', 2 + Math.ceil(changes / 10), 'queues');
      const ms = count * (agent === undefined ? ASSUMED.platformMs : ASSUMED.agentMs);
      this.#invocation(agent === undefined ? platform(name) : { name: agent, megabytes: DEFAULT_MEMORY.agent }, ms);
      const log = meteredLog(`${this.#application}.${agent ?? `platform.${name}`}`, meter);
      const lane = `arn:aws:sqs:us-east-1:123456789012:app-${name.replace('/', '-')}-0123456789`;
      if (agent === undefined) log.info('invoked', { ms });
      else log.info('batch', { lane, messages: count, returned: 0, ms });
    };
    return withRun({ ...consumer, handle });
  }

  /** An invocation with what Lambda writes about it, the start of a process after a pause, and its trace if it records any. */
  #invocation(of: Invoked, ms: number, part = 'functions'): void {
    const { meter } = this;
    const at = of.at ?? this.#world.clock.now();
    const isCold = at - (this.#invokedAt.get(of.name) ?? this.#began) > ASSUMED.idleMs;
    this.#invokedAt.set(of.name, at);
    meter.add('invocation', 1, part);
    meter.add('gigabyteSecond', (of.megabytes / 1_024) * (ms / 1_000), part);
    if (isCold) meter.add('gigabyteSecond', (of.megabytes / 1_024) * (ASSUMED.coldMs / 1_000), 'cold starts');
    meter.add('logByte', bytesOfInvocation(isCold), 'logs');
    if (DEFAULT_TRACING === 'active') this.#trace(of.name, at);
  }

  /** The start of an execution, with the lines of its log that are no state's. */
  #execution(workflow: string): void {
    this.meter.add('logByte', bytesOfExecution(), 'logs');
    if (DEFAULT_WORKFLOW_TRACING === 'active') this.#trace(`workflow ${workflow}`, this.#world.clock.now());
  }

  /** A trace of what begins: of the first in a second, and of a share of the others. */
  #trace(of: string, at: number): void {
    const second = `${of} ${Math.floor(at / 1_000)}`;
    this.meter.add('trace', this.#traced.has(second) ? ASSUMED.traceShare : 1, 'traces');
    this.#traced.add(second);
  }

  async #archive(changes: readonly Change[]): Promise<void> {
    await this.#as('archive', async () => {
      const ports = openPorts(this.#names, archiveWriterPorts);
      const log = meteredLog(`${this.#application}.platform.ledger-stream`, this.meter);
      const services = { ...ports, application: this.#application, log, countUnreadable: () => undefined };
      let sequence = 0;
      for (const batch of batchesOf(changes)) {
        const Records = batch.map((change) => recordOf(change, (sequence += 1)));
        const left = await archiveRecords({ Records, shardId: 'shardId-00000000000000000001-00000001' }, services);
        if (left !== undefined) throw new Error(`the archive stopped at ${left}`);
        this.#invocation({ ...platform('ledger-stream'), at: batch.at(-1)?.at }, ASSUMED.archiveMs, 'archive');
        log.info('invoked', { ms: ASSUMED.archiveMs });
      }
    });
  }

  async #as(part: string, work: () => Promise<void>): Promise<void> {
    const before = this.meter.part;
    this.meter.part = part;
    await work();
    this.meter.part = before;
  }
}

/** A function that is invoked. */
interface Invoked {
  readonly name: string;
  readonly megabytes: number;
  /** @default now */
  readonly at?: number | undefined;
}

function platform(name: string): Invoked {
  return { name, megabytes: DEFAULT_MEMORY.platform };
}

function shadow(world: MemoryWorld<ManualClock>, names: PhysicalNames): void {
  const adapters = openPorts(names, allPorts) as unknown as Readonly<Record<string, object>>;
  shadowPorts(world.ports, adapters);
}

/** Changes as an event source mapping gathers them: a hundred, or those of a minute. */
function batchesOf(changes: readonly Change[]): Change[][] {
  const batches: Change[][] = [];
  for (const change of changes) {
    const open = batches.at(-1);
    const isOver = open?.[0] === undefined || change.at - open[0].at >= WINDOW_MS;
    if (isOver || open.length >= ASSUMED.archiveBatch) batches.push([change]);
    else open.push(change);
  }
  return batches;
}

function recordOf({ before, after, at }: Change, sequence: number): DynamoDBRecord {
  const image = (item: Change['after']) =>
    item && (marshall(item) as NonNullable<DynamoDBRecord['dynamodb']>['NewImage']);
  return {
    eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    dynamodb: {
      SequenceNumber: String(sequence).padStart(21, '1'),
      ApproximateCreationDateTime: at / 1_000,
      ...(before && { OldImage: image(before) }),
      ...(after && { NewImage: image(after) }),
    },
  };
}

/** A workflow that counts the states that its executions enter, with their lines in the log, and tells of each start. */
function countTransitions(workflow: WorkflowDefinition, meter: Meter, started: () => void): WorkflowDefinition {
  const { asl } = workflow;
  const watched = <Machine extends { readonly States: object }>(machine: Machine): Machine => ({
    ...machine,
    States: new Proxy(machine.States, {
      get: (states, name) => {
        const state = Reflect.get(states, name) as Readonly<Record<string, unknown>>;
        meter.add('transition', 1, 'workflows');
        meter.add('logByte', bytesOfState(String(name), String(state['Type'])), 'logs');
        if (states === asl.States && name === asl.StartAt) started();
        return watchedState(state);
      },
    }),
  });
  const watchedState = (state: Readonly<Record<string, unknown>>): unknown => {
    const { Branches, ItemProcessor } = state as {
      Branches?: { States: object }[];
      ItemProcessor?: { States: object };
    };
    return {
      ...state,
      ...(Branches && { Branches: Branches.map(watched) }),
      ...(ItemProcessor && { ItemProcessor: watched(ItemProcessor) }),
    };
  };
  return { ...workflow, asl: watched(asl) };
}
