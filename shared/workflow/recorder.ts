import { milliseconds, wholeSeconds, type Duration } from '../domain/duration.js';
import type { CommandType, EventType, MessageType } from '../message/message-type.js';
import type { Topology } from '../topology/topology.js';
import { checkAddress, checkArms, checkCarried, checkLiteral, checkName } from './check-step.js';
import { describeTarget, targetsIn, type Block, type Origin, type Step, type Value } from './outline.js';
import { readValue, shapeOfValue, use } from './read-value.js';
import { refusal, reference, targetOf, type Refuse } from './references.js';
import { either, shapeOf, type Shape } from './shape.js';

/** What is checked at run time of the options that `Flow` types. */
interface GivenOptions {
  readonly timeout?: Duration;
  readonly priority?: unknown;
  readonly to?: unknown;
  readonly onTimeout?: unknown;
  readonly onFailure?: unknown;
}

/** Records the steps of one workflow. Its methods are the verbs of `Flow`, without the types. */
export class Recorder {
  readonly root: Block = { steps: [], path: [], closed: false };
  readonly start: Origin;
  readonly #scope: Block[] = [this.root];
  readonly #branches = new Set<Block>();

  constructor(
    private readonly topology: Topology,
    private readonly workflow: string,
    private readonly deadline: Duration,
  ) {
    this.start = origin('start', this.root, 'start');
  }

  startData(type: EventType): unknown {
    return this.#reference(this.start, shapeOf(type.schema), refusal(this.workflow));
  }

  request(step: string, command: CommandType, data: unknown, options: GivenOptions): unknown {
    const refuse = this.#at(step);
    const { reply } = command;
    if (command.kind !== 'command' || !reply)
      return refuse(
        `${command.name} names no reply`,
        `declare the command with { reply: ... }, or send it with flow.publish`,
      );
    const sent = this.#message(step, command, data, options, refuse);
    const timeout =
      options.timeout ?? refuse('the request has no timeout', "add one, such as { timeout: '30 seconds' }");
    if (milliseconds(timeout) > milliseconds(this.deadline)) {
      refuse(
        `timeout is '${timeout}', longer than the workflow's deadline '${this.deadline}'`,
        'raise the deadline of the workflow or lower the timeout',
      );
    }
    const values = this.#optional({ onTimeout: options.onTimeout, onFailure: options.onFailure }, refuse);
    for (const [name, value] of Object.entries(values))
      checkLiteral(reply.schema, value, `${name} for ${reply.name}`, refuse);
    const from = origin('request', this.#block, step);
    this.#add(
      { kind: 'request', ...sent, ...values, reply: reply.name, origin: from, timeoutSeconds: wholeSeconds(timeout) },
      refuse,
    );
    return this.#reference(from, shapeOf(reply.schema), refuse);
  }

  publish(step: string, type: MessageType, data: unknown, options: GivenOptions = {}): void {
    const refuse = this.#at(step);
    this.#add({ kind: 'publish', ...this.#message(step, type, data, options, refuse) }, refuse);
  }

  match(on: unknown, given: Readonly<Record<string, () => unknown>>): unknown {
    const refuse = this.#at('match');
    const value = this.#read(on, refuse, 'the value to match');
    if (value.kind !== 'reference')
      return refuse('flow.match was given no reference', 'pass a field of the start message or of a reply');
    const { target } = value;
    const within = this.#at(`match ${describeTarget(target)}`);
    const literals = checkArms(target, given, within);
    const block = this.#block;
    const arms = literals.map((literal) => ({
      literal,
      block: this.#inside('arm', String(literal), given[String(literal)], within),
    }));
    const open = arms.filter((arm) => !arm.block.closed);
    const results = open.flatMap((arm) => (arm.block.result ? [arm.block.result] : []));
    const from = origin('match', block, `${describeTarget(target)} outcome`, () => results);
    this.#add({ kind: 'match', state: '', on: target, origin: from, arms }, within);
    if (open.length === 0) block.closed = true;
    if (open.length === 0 || results.length < open.length) return undefined;
    return this.#reference(from, either(results.map(shapeOfValue)), within);
  }

  parallel(given: Readonly<Record<string, () => unknown>>): unknown {
    const refuse = this.#at(`parallel ${Object.keys(given).join(', ')}`);
    if (Object.keys(given).length === 0) refuse('flow.parallel was given no branch', 'pass { name: () => steps, ... }');
    const outer = this.#block;
    const branches = Object.entries(given).map(([name, run]) => {
      checkName(name, 'branch', refuse);
      const block = this.#inside('branch', name, run, refuse);
      const { result } = block;
      return { name, block, origin: origin('branch', outer, name, () => (result ? [result] : [])) };
    });
    this.#add({ kind: 'parallel', state: '', branches }, refuse);
    const returned = branches.flatMap(({ name, block, origin: from }) =>
      block.result ? [[name, this.#reference(from, shapeOfValue(block.result), refuse)] as const] : [],
    );
    return Object.fromEntries(returned);
  }

  orElse(given: unknown, fallback: unknown): unknown {
    const refuse = this.#at('orElse');
    const target =
      targetOf(given) ??
      refuse('flow.orElse was given no reference', 'pass a field of the start message or of a reply');
    const other = this.#read(fallback, refuse, 'the fallback');
    if (other.kind !== 'literal') refuse('the fallback holds a reference', 'pass a literal');
    const shape = either([
      ...(target.shape.anyOf ?? [target.shape]).filter((option) => option.type !== 'null'),
      shapeOfValue(other),
    ]);
    return reference(
      { origin: target.origin, hops: [...target.hops, { orElse: other }], shape, certain: true },
      refuse,
    );
  }

  complete(result: string, data?: unknown): void {
    const refuse = this.#at(`complete '${result}'`);
    if (typeof result !== 'string' || result.length === 0 || result.length > 60)
      refuse('the result has no usable name', 'pass 1 to 60 characters');
    if (this.#scope.some((block) => this.#branches.has(block))) {
      refuse(
        'flow.complete inside a branch of flow.parallel',
        'return a value from the branch, and complete behind the parallel, with flow.match where it depends',
      );
    }
    this.#add({ kind: 'complete', state: '', result, ...this.#optional({ data }, refuse) }, refuse);
    this.#block.closed = true;
  }

  fail(reason: string, message = reason): void {
    const refuse = this.#at(`fail '${reason}'`);
    if (typeof reason !== 'string' || !/^[A-Za-z][A-Za-z0-9._-]{0,59}$/.test(reason))
      refuse('the reason has no usable name', 'allowed: a letter, then letters, digits, dots, dashes, at most 60');
    this.#add({ kind: 'fail', state: '', reason, message: String(message).slice(0, 1000) }, refuse);
    this.#block.closed = true;
  }

  get #block(): Block {
    return this.#scope.at(-1) ?? this.root;
  }

  #at(step: string): Refuse {
    return refusal(`workflow '${this.workflow}', ${[...this.#block.path, step].join(' > ')}`);
  }

  #add(step: Step, refuse: Refuse): void {
    if (this.#block.closed)
      refuse('no path leads here: everything before it completes or fails', 'remove the step, or the end before it');
    this.#block.steps.push(step);
  }

  #message(step: string, type: MessageType, data: unknown, options: GivenOptions, refuse: Refuse) {
    checkName(step, 'step', refuse);
    checkCarried(type, this.topology.model, this.topology.types, refuse);
    const value = this.#read(data, refuse, 'data');
    checkLiteral(type.schema, value, `data for ${type.name}`, refuse);
    const address = this.#optional({ priority: options.priority, to: options.to }, refuse);
    checkAddress(type, address, this.topology.model, refuse);
    return { name: step, state: '', type: type.name, data: value, ...address };
  }

  #optional<Name extends string>(given: Readonly<Record<Name, unknown>>, refuse: Refuse): Partial<Record<Name, Value>> {
    const values: Partial<Record<Name, Value>> = {};
    for (const name of Object.keys(given) as Name[]) {
      if (given[name] !== undefined) values[name] = this.#read(given[name], refuse, name);
    }
    return values;
  }

  #read(given: unknown, refuse: Refuse, what: string): Value {
    const value = readValue(given, this.#scope, refuse, what);
    use(
      [...targetsIn(value)].map((target) => target.origin),
      targetsIn,
    );
    return value;
  }

  #reference(from: Origin, shape: Shape, refuse: Refuse): unknown {
    return reference({ origin: from, hops: [], shape, certain: true }, refuse);
  }

  #inside(kind: 'arm' | 'branch', name: string, run: (() => unknown) | undefined, refuse: Refuse): Block {
    const block: Block = { steps: [], path: [...this.#block.path, name], closed: false };
    if (kind === 'branch') this.#branches.add(block);
    if (typeof run !== 'function') return refuse(`'${name}' is no function`, `pass ${name}: () => steps`);
    this.#scope.push(block);
    try {
      const returned = run();
      if (returned instanceof Promise)
        refuse(`'${name}' is asynchronous`, 'the steps of a workflow are recorded, not awaited: remove async');
      if (returned !== undefined && !block.closed) block.result = this.#result(returned, refuse, name);
    } finally {
      this.#scope.pop();
    }
    return block;
  }

  #result(returned: unknown, refuse: Refuse, name: string): Value {
    const value = readValue(returned, this.#scope, refuse, `what '${name}' returns`);
    if (value.kind === 'reference' && !value.target.certain) {
      refuse(
        `'${name}' returns ${describeTarget(value.target)}, which may be absent`,
        'return it as a field of an object, or flow.orElse(reference, fallback)',
      );
    }
    return value;
  }
}

function origin(kind: Origin['kind'], block: Block, label: string, parts: Origin['parts'] = () => []): Origin {
  return { kind, block, label, used: false, variable: '', parts };
}
