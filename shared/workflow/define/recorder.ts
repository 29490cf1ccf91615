import { cutText } from '../../domain/base/cut-text.js';
import { milliseconds, wholeSeconds, type Duration } from '../../domain/base/duration.js';
import type { CommandType, EventType, MessageType } from '../../message/message-type.js';
import type { Topology } from '../../topology/topology.js';
import { attemptsOf } from '../analyse/check-attempts.js';
import { checkDeciders, checkList, checkResults, checkTime, resultShape } from './check-hold.js';
import { checkAddress, checkArms, checkCarried, checkLiteral, checkStepName } from '../analyse/check-step.js';
import type { WorkflowDefinition } from './workflow-definition.js';
import type { ArgumentReader } from '../record/derived.js';
import { DEFAULT_UNDO_TIMEOUT, type ApprovalOptions } from './flow.js';
import { ApprovalDecided } from '../../message/system-messages.js';
import {
  describeReference,
  valueOrigin,
  type Block,
  type ValueOrigin,
  type Step,
  type StepCompensation,
  type Value,
  type WaitStep,
} from '../record/outline.js';
import { readValue, shapeOfValue } from '../record/read-value.js';
import { refusal, reference, type Refuse } from '../record/references.js';
import { either, element, shapeOf, type Shape } from '../record/shape.js';

/** Options of `Flow` as they are given at run time, to be checked. */
interface GivenOptions {
  readonly timeout?: Duration;
  readonly deadline?: Duration;
  readonly tries?: unknown;
  readonly fallback?: unknown;
  readonly priority?: unknown;
  readonly to?: unknown;
  readonly onTimeout?: unknown;
  readonly onFailure?: unknown;
  readonly compensate?: {
    readonly with: MessageType;
    readonly data: (reply: unknown) => unknown;
    readonly timeout?: Duration;
  };
}

/** Payload and options of a message as they are given. */
interface Given {
  readonly data: unknown;
  readonly options: GivenOptions;
}

/** Function that records the steps of an arm or a branch, and what it is called with. */
interface Inside {
  readonly kind: 'arm' | 'branch';
  readonly run: ((given?: unknown) => unknown) | undefined;
  readonly given?: (inner: Block) => unknown;
}

/** A block that steps are still added to. */
interface OpenBlock extends Block {
  readonly steps: Step[];
  closed: boolean;
  result?: Value;
}

/** Records the steps of one workflow. Its methods are the verbs of `Flow`, without the types. */
export class Recorder {
  readonly #root: OpenBlock = { steps: [], path: [], closed: false };
  readonly #start = valueOrigin('start', this.#root, 'start');
  readonly #scope: OpenBlock[] = [this.#root];
  readonly #branches = new Set<Block>();
  /** Blocks of those branches that run once for each element of a list. */
  readonly #elements = new Set<Block>();

  constructor(
    private readonly topology: Topology,
    private readonly workflow: string,
    private readonly deadline: Duration,
  ) {}

  /** The steps that were recorded. */
  get root(): Block {
    return this.#root;
  }

  startData(type: EventType): unknown {
    return this.#reference(this.#start, shapeOf(type.schema), refusal(this.workflow));
  }

  request(step: string, command: CommandType, data: unknown, options: GivenOptions): unknown {
    const refuse = this.#at(step);
    const { reply } = command;
    if (command.kind !== 'command' || !reply)
      return refuse(
        `${command.name} names no reply`,
        `declare the command with { reply: ... }, or send it with flow.publish`,
      );
    const sent = this.#message(step, command, { data, options }, refuse);
    const { timeout = refuse('the request has no timeout', "add one, such as { timeout: '30 seconds' }") } = options;
    const bound = this.#seconds(timeout, 'timeout', refuse);
    const { fallback } = this.#optional({ fallback: options.fallback }, refuse);
    const given = { ...options, timeout, fallback, to: sent.to, within: this.deadline };
    const attempts = attemptsOf(command, given, this.topology, refuse);
    const values = this.#optional({ onTimeout: options.onTimeout, onFailure: options.onFailure }, refuse);
    for (const [name, value] of Object.entries(values))
      checkLiteral(reply.schema, value, `${name} for ${reply.name}`, refuse);
    const from = valueOrigin('request', this.#block, step);
    const compensation = options.compensate
      ? {
          compensation: this.#compensation(
            options.compensate,
            this.#reference(from, shapeOf(reply.schema), refuse),
            refuse,
          ),
        }
      : {};
    this.#add(
      {
        kind: 'request',
        ...sent,
        ...values,
        ...compensation,
        reply: reply.name,
        origin: from,
        timeoutSeconds: bound,
        ...attempts,
      },
      refuse,
    );
    return this.#reference(from, shapeOf(reply.schema), refuse);
  }

  publish(step: string, type: MessageType, data: unknown, options: GivenOptions = {}): void {
    const refuse = this.#at(step);
    this.#add({ kind: 'publish', ...this.#message(step, type, { data, options }, refuse) }, refuse);
  }

  wait(step: string, how: Duration | { readonly until: unknown }): void {
    const refuse = this.#at(step);
    checkStepName(step, 'step', refuse);
    this.#add({ kind: 'wait', name: step, wait: this.#howLong(how, refuse) }, refuse);
  }

  run(
    step: string,
    workflow: WorkflowDefinition,
    data: unknown,
    options: { readonly timeout: Duration; readonly results: readonly string[] },
  ): unknown {
    const refuse = this.#at(step);
    checkStepName(step, 'step', refuse);
    if (workflow.topology !== this.topology)
      refuse(`'${workflow.name}' is a workflow of '${workflow.topology.name}'`, 'run workflows of the same topology');
    const completes = checkResults(workflow, options.results, refuse);
    const value = this.#read(data, refuse, 'data');
    checkLiteral(workflow.startedBy.schema, value, `data for ${workflow.startedBy.name}`, refuse);
    const timeoutSeconds = this.#seconds(options.timeout, 'timeout', refuse);
    const from = valueOrigin('run', this.#block, step);
    this.#add({ kind: 'run', name: step, workflow: workflow.name, data: value, origin: from, timeoutSeconds }, refuse);
    return this.#reference(from, resultShape(completes), refuse);
  }

  receive(
    step: string,
    type: MessageType,
    options: { readonly timeout: Duration; readonly key?: unknown; readonly onTimeout?: unknown },
  ): unknown {
    const refuse = this.#at(step);
    checkStepName(step, 'step', refuse);
    checkCarried(type, this.topology.model, this.topology.types, refuse);
    if (type.kind !== 'event') refuse(`${type.name} is a command`, 'wait for events; a command is for one agent');
    if (options.key === undefined && this.#scope.some((block) => this.#elements.has(block)))
      refuse('elements of flow.map wait for the same message', 'give a key: the subject of the message');
    const timeoutSeconds = this.#seconds(options.timeout, 'timeout', refuse);
    const values = this.#optional({ key: options.key, onTimeout: options.onTimeout }, refuse);
    checkLiteral(type.schema, values.onTimeout, `onTimeout for ${type.name}`, refuse);
    const from = valueOrigin('receive', this.#block, step);
    this.#add({ kind: 'receive', name: step, type: type.name, ...values, origin: from, timeoutSeconds }, refuse);
    return this.#reference(from, shapeOf(type.schema), refuse);
  }

  approval(step: string, options: ApprovalOptions): unknown {
    const refuse = this.#at(step);
    checkStepName(step, 'step', refuse);
    const { approvers, escalateTo } = options;
    checkDeciders([approvers, ...(escalateTo === undefined ? [] : [escalateTo])], refuse);
    const title = this.#read(options.title, refuse, 'the title');
    const details = this.#optional({ details: options.details }, refuse);
    const asked = escalateTo === undefined ? {} : { escalateTo };
    const timeoutSeconds = this.#seconds(options.timeout, 'timeout', refuse);
    const from = valueOrigin('approval', this.#block, step);
    this.#add(
      { kind: 'approval', name: step, title, ...details, approvers, ...asked, origin: from, timeoutSeconds },
      refuse,
    );
    return this.#reference(from, shapeOf(ApprovalDecided.schema), refuse);
  }

  match(on: unknown, given: Readonly<Record<string, () => unknown>>): unknown {
    const refuse = this.#at('match');
    const value = this.#read(on, refuse, 'the value to match');
    if (value.kind !== 'reference')
      return refuse('flow.match was given no reference', 'pass a field of the start message or of a reply');
    const { target } = value;
    const within = this.#at(`match ${describeReference(target)}`);
    const literals = checkArms(target, given, within);
    const block = this.#block;
    const arms = literals.map((literal) => ({
      literal,
      block: this.#inside(String(literal), { kind: 'arm', run: given[String(literal)] }, within),
    }));
    const open = arms.filter((arm) => !arm.block.closed);
    const results = open.flatMap((arm) => (arm.block.result ? [arm.block.result] : []));
    const from = valueOrigin('match', block, `${describeReference(target)} outcome`, () => results);
    this.#add({ kind: 'match', on: target, origin: from, arms }, within);
    if (open.length === 0) block.closed = true;
    if (open.length === 0 || results.length < open.length) return undefined;
    return this.#reference(from, either(results.map(shapeOfValue)), within);
  }

  parallel(given: Readonly<Record<string, () => unknown>>): unknown {
    const refuse = this.#at(`parallel ${Object.keys(given).join(', ')}`);
    if (Object.keys(given).length === 0) refuse('flow.parallel was given no branch', 'pass { name: () => steps, ... }');
    const outer = this.#block;
    const branches = Object.entries(given).map(([name, run]) => {
      checkStepName(name, 'branch', refuse);
      const block = this.#inside(name, { kind: 'branch', run }, refuse);
      const { result } = block;
      return { name, block, origin: valueOrigin('branch', outer, name, () => (result ? [result] : [])) };
    });
    this.#add({ kind: 'parallel', branches }, refuse);
    const returned = branches.flatMap(({ name, block, origin: from }) =>
      block.result ? [[name, this.#reference(from, shapeOfValue(block.result), refuse)] as const] : [],
    );
    return Object.fromEntries(returned);
  }

  map(
    step: string,
    given: unknown,
    run: (item: unknown) => unknown,
    options: { readonly concurrency?: number } = {},
  ): unknown {
    const refuse = this.#at(step);
    checkStepName(step, 'step', refuse);
    const { target, shape } = checkList(this.#read(given, refuse, 'the list'), refuse);
    const { concurrency = 10 } = options;
    if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 40)
      refuse(`concurrency is ${String(concurrency)}`, 'allowed: 1 to 40');
    const outer = this.#block;
    let item: ValueOrigin | undefined;
    let position: ValueOrigin | undefined;
    const begin = (inner: Block): unknown => {
      this.#elements.add(inner);
      item = valueOrigin('item', inner, `${step} item`);
      position = valueOrigin('position', inner, `${step} position`);
      return this.#reference(item, element(shape, 0).shape, refuse);
    };
    const block = this.#inside(step, { kind: 'branch', run, given: begin }, refuse);
    if (!item || !position) throw new Error('unreachable: the function was run');
    const { result } = block;
    const from = valueOrigin('map', outer, step, () => (result ? [result] : []));
    this.#add({ kind: 'map', name: step, items: target, block, concurrency, origin: from, item, position }, refuse);
    return result ? this.#reference(from, { type: 'array', items: shapeOfValue(result) }, refuse) : undefined;
  }

  /** Reader of the arguments of a verb that records no step. */
  reading(verb: string): ArgumentReader {
    const refuse = this.#at(verb);
    return { refuse, read: (given, what) => this.#read(given, refuse, what) };
  }

  complete(result: string, data?: unknown): void {
    const refuse = this.#at(`complete '${result}'`);
    if (typeof result !== 'string' || result.length === 0 || result.length > 60)
      refuse('the result has no usable name', 'pass 1 to 60 characters');
    if (this.#scope.some((block) => this.#branches.has(block))) {
      refuse(
        'flow.complete inside a branch of flow.parallel or the steps of flow.map',
        'return a value from there, and complete behind it, with flow.match where it depends',
      );
    }
    this.#add({ kind: 'complete', result, ...this.#optional({ data }, refuse) }, refuse);
    this.#block.closed = true;
  }

  fail(reason: string, message = reason): void {
    const refuse = this.#at(`fail '${reason}'`);
    if (typeof reason !== 'string' || !/^[A-Za-z][A-Za-z0-9._-]{0,59}$/.test(reason))
      refuse('the reason has no usable name', 'allowed: a letter, then letters, digits, dots, dashes, at most 60');
    this.#add({ kind: 'fail', reason, message: cutText(String(message), 1000) }, refuse);
    this.#block.closed = true;
  }

  get #block(): OpenBlock {
    return this.#scope.at(-1) ?? this.#root;
  }

  #at(step: string): Refuse {
    return refusal(`workflow '${this.workflow}', ${[...this.#block.path, step].join(' > ')}`);
  }

  #add(step: Step, refuse: Refuse): void {
    if (this.#block.closed)
      refuse('no path leads here: everything before it completes or fails', 'remove the step, or the end before it');
    this.#block.steps.push(step);
  }

  #seconds(given: Duration, what: string, refuse: Refuse): number {
    if (milliseconds(given) > milliseconds(this.deadline)) {
      refuse(
        `${what} is '${given}', longer than the workflow's deadline '${this.deadline}'`,
        `raise the deadline of the workflow or lower the ${what}`,
      );
    }
    return wholeSeconds(given);
  }

  #howLong(how: Duration | { readonly until: unknown }, refuse: Refuse): WaitStep['wait'] {
    if (typeof how === 'string') return { seconds: this.#seconds(how, 'wait', refuse) };
    const until = this.#read(how.until, refuse, 'until');
    checkTime(until, refuse);
    return { until };
  }

  #message(step: string, type: MessageType, { data, options }: Given, refuse: Refuse) {
    checkStepName(step, 'step', refuse);
    checkCarried(type, this.topology.model, this.topology.types, refuse);
    const value = this.#read(data, refuse, 'data');
    checkLiteral(type.schema, value, `data for ${type.name}`, refuse);
    const address = this.#optional({ priority: options.priority, to: options.to }, refuse);
    checkAddress(type, address, this.topology.model, refuse);
    return { name: step, type: type.name, version: type.version, data: value, ...address };
  }

  #compensation(given: NonNullable<GivenOptions['compensate']>, reply: unknown, refuse: Refuse): StepCompensation {
    const { with: type, timeout = DEFAULT_UNDO_TIMEOUT } = given;
    checkCarried(type, this.topology.model, this.topology.types, refuse);
    if (type.kind !== 'command' || !type.reply)
      refuse(
        `the compensation ${type.name} names no reply`,
        'declare the command with { reply: ... }: it tells when all is undone',
      );
    const data = this.#read(given.data(reply), refuse, 'the data of the compensation');
    checkLiteral(type.schema, data, `data for ${type.name}`, refuse);
    return { type: type.name, version: type.version, data, timeoutSeconds: wholeSeconds(timeout) };
  }

  #optional<Name extends string>(given: Readonly<Record<Name, unknown>>, refuse: Refuse): Partial<Record<Name, Value>> {
    const values: Partial<Record<Name, Value>> = {};
    for (const name of Object.keys(given) as Name[]) {
      if (given[name] !== undefined) values[name] = this.#read(given[name], refuse, name);
    }
    return values;
  }

  #read(given: unknown, refuse: Refuse, what: string): Value {
    return readValue(given, this.#scope, refuse, what);
  }

  #reference(from: ValueOrigin, shape: Shape, refuse: Refuse): unknown {
    return reference({ origin: from, derivations: [], shape, certain: true }, refuse);
  }

  #inside(name: string, { kind, run, given }: Inside, refuse: Refuse): Block {
    const block: OpenBlock = { steps: [], path: [...this.#block.path, name], closed: false };
    if (kind === 'branch') this.#branches.add(block);
    if (typeof run !== 'function') return refuse(`'${name}' is no function`, `pass ${name}: () => steps`);
    this.#scope.push(block);
    try {
      const returned = run(given?.(block));
      if (returned instanceof Promise)
        refuse(`'${name}' is asynchronous`, 'the steps of a workflow are recorded, not awaited: remove async');
      if (returned !== undefined && !block.closed) block.result = this.#result(returned, refuse, name);
    } finally {
      this.#scope.pop();
    }
    return block;
  }

  #result(returned: unknown, refuse: Refuse, name: string): Value {
    const value = this.#read(returned, refuse, `what '${name}' returns`);
    if (value.kind === 'reference' && !value.target.certain) {
      refuse(
        `'${name}' returns ${describeReference(value.target)}, which may be absent`,
        'return it as a field of an object, or flow.orElse(reference, fallback)',
      );
    }
    return value;
  }
}
