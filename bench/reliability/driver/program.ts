import fc from 'fast-check';
import { type CrashPoint, CRASH_POINTS, OUTAGE_PORTS, type OutageKind, type OutagePort } from 'laneway/testing';

/** Behaviour of an agent towards one type. */
export interface Reaction {
  /** Types that it publishes, by how far they stand behind this one: always later ones, so that a program ends. */
  readonly publishes: readonly number[];
  /** Throws at its first try, works at its second. */
  readonly stumbles: boolean;
  /** Throws a permanent error. */
  readonly refuses: boolean;
}

/** A message type on its channel: an event for all subscribers, or a command for one agent, with a reply or without. */
export interface ProgramType {
  readonly kind: 'event' | 'command' | 'request';
  readonly direct: boolean;
  /** Agents that subscribe, by index; of a command the first one handles it. */
  readonly subscribers: readonly number[];
}

/** Something that goes wrong on the way. */
export type ProgramTrouble =
  | { readonly kind: 'duplicate'; readonly copies: number }
  | { readonly kind: 'reorder' }
  | { readonly kind: 'throttle' | 'stores'; readonly probability: number }
  | {
      readonly kind: 'outage';
      readonly port: OutagePort;
      readonly what: OutageKind;
      /** Seconds from the first message until it begins, and that it lasts. */
      readonly from: number;
      readonly lasts: number;
      readonly share: number;
    }
  | { readonly kind: 'crash'; readonly agent: number; readonly point: CrashPoint; readonly times: number };

/** A small application with the behaviour of its agents, the messages from outside, and the troubles on the way. */
export interface Program {
  readonly seed: number;
  readonly agents: number;
  readonly types: readonly ProgramType[];
  /** By agent, then by type. */
  readonly reactions: readonly (readonly Reaction[])[];
  /** Types that a client publishes, by index. */
  readonly started: readonly number[];
  readonly troubles: readonly ProgramTrouble[];
}

/** Seconds that an outage lasts: to two days. */
const LASTS = [5, 60, 600, 7_200, 43_200, 172_800] as const;
const KINDS: readonly OutageKind[] = ['unavailable', 'throttled', 'denied', 'slow'];

const AGENTS = 4;
const TYPES = 5;

/** Random programs of four agents and up to five types. */
export function arbitraryProgram(): fc.Arbitrary<Program> {
  const type = fc.record({
    kind: fc.constantFrom('event', 'event', 'command', 'request'),
    direct: fc.boolean(),
    subscribers: fc.uniqueArray(fc.nat({ max: AGENTS - 1 }), { minLength: 1, maxLength: 3 }),
  });
  const reaction = fc.record({
    publishes: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
    stumbles: fc.boolean(),
    refuses: fc.nat({ max: 9 }).map((roll) => roll === 0),
  });
  const trouble = fc.oneof(
    fc.record({ kind: fc.constant('duplicate' as const), copies: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ kind: fc.constant('reorder' as const) }),
    fc.record({ kind: fc.constantFrom('throttle', 'stores'), probability: fc.constantFrom(0.03, 0.1) }),
    fc.record({
      kind: fc.constant('outage' as const),
      port: fc.constantFrom(...OUTAGE_PORTS),
      what: fc.constantFrom(...KINDS),
      from: fc.constantFrom(1, 3, 8, 20),
      lasts: fc.constantFrom(...LASTS),
      share: fc.constantFrom(0.5, 0.9, 1),
    }),
    fc.record({
      kind: fc.constant('crash' as const),
      agent: fc.nat({ max: AGENTS - 1 }),
      point: fc.constantFrom(...CRASH_POINTS),
      times: fc.integer({ min: 1, max: 2 }),
    }),
  );
  return fc.record({
    seed: fc.nat({ max: 1_000_000 }),
    agents: fc.constant(AGENTS),
    types: fc.array(type, { minLength: 2, maxLength: TYPES }),
    reactions: fc.array(fc.array(reaction, { minLength: TYPES, maxLength: TYPES }), {
      minLength: AGENTS,
      maxLength: AGENTS,
    }),
    started: fc.array(fc.constantFrom(0, 0, 1, 2), { minLength: 1, maxLength: 3 }),
    troubles: fc.array(trouble, { minLength: 1, maxLength: 3 }),
  });
}

/** Outcome of a whole program: keys of its effects, and keys of its deliveries that are dead letters. */
export interface Happened {
  readonly effects: ReadonlySet<string>;
  readonly dead: ReadonlySet<string>;
}

/** A program as one process would run it that never fails: one queue, one delivery at a time. */
export function expectedOf(program: Program): Happened {
  const effects = new Set<string>();
  const dead = new Set<string>();
  const queue = programStart(program).map((message) => ({ ...message, sender: -1 }));
  for (let message = queue.shift(); message; message = queue.shift()) {
    const { type, path, sender } = message;
    for (const agent of programReceivers(program, type, sender)) {
      const key = reactionKey(agent, type, path);
      const reaction = reactionOf(program, agent, type);
      if (reaction.refuses) {
        dead.add(key);
        continue;
      }
      effects.add(key);
      queue.push(...emissionsOf(program, agent, type, path).map((one) => ({ ...one, sender: agent })));
      if (program.types[type]?.kind !== 'request') continue;
      for (const hearer of hearersOf(program, type, agent)) effects.add(replyKeyOf(hearer, type, path));
    }
  }
  return { effects, dead };
}

/** Messages that the client publishes: type by index, and path. */
export function programStart({ started, types }: Program): { type: number; path: string }[] {
  return started.map((type, index) => ({ type: type % types.length, path: `s${index}` }));
}

/** Agents that handle a message: of an event every subscriber but its sender, of a command the first subscriber. */
export function programReceivers({ types }: Program, type: number, sender: number): readonly number[] {
  const { kind, subscribers } = typeAt(types, type);
  const others = subscribers.filter((agent) => kind !== 'event' || agent !== sender);
  return kind === 'event' ? others : others.slice(0, 1);
}

/** Agents that hear the replies of a request: its subscribers, except the one that replies. */
export function hearersOf({ types }: Program, type: number, replier: number): readonly number[] {
  return typeAt(types, type).subscribers.filter((agent) => agent !== replier);
}

/** Messages that an agent publishes as it handles one: only of later types, and commands only if an agent handles them. */
export function emissionsOf(
  program: Program,
  agent: number,
  type: number,
  path: string,
): { readonly type: number; readonly path: string }[] {
  return reactionOf(program, agent, type).publishes.flatMap((offset, index) => {
    const to = type + offset;
    const next = program.types[to];
    if (!next) return [];
    // Nobody sends commands to itself.
    if (next.kind !== 'event' && (next.subscribers.length === 0 || next.subscribers[0] === agent)) return [];
    return [{ type: to, path: `${path}.${agent}-${index}` }];
  });
}

export function reactionOf({ reactions }: Program, agent: number, type: number): Reaction {
  return reactions[agent]?.[type] ?? { publishes: [], stumbles: false, refuses: false };
}

export function reactionKey(agent: number, type: number, path: string): string {
  return `agent-${agent}:T${type}:${path}`;
}

export function replyKeyOf(agent: number, type: number, path: string): string {
  return `agent-${agent}:R${type}:${path}`;
}

export function typeAt(types: readonly ProgramType[], type: number): ProgramType {
  return types[type] ?? { kind: 'event', direct: false, subscribers: [] };
}
