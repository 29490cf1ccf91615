import * as z from 'zod';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import { defineWorkflow, type WorkflowDefinition } from 'laneway/workflow';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';

const entry = z.object({ id: z.string(), note: z.string().optional(), tags: z.array(z.string()) });
/** A reply with every kind of part. */
const answer = z.object({
  kind: z.enum(['one', 'two']),
  sure: z.boolean(),
  text: z.string(),
  entries: z.array(entry),
  grid: z.array(z.array(z.string())),
  inner: z.object({ deep: z.object({ 'a name': z.string(), more: z.string().optional() }), flat: z.string() }),
  maybe: z.object({ entries: z.array(entry).nullable(), text: z.string() }).optional(),
  free: z.unknown(),
});

/** Kinds of reply that a step can have. */
export type ArbitraryAnswer = z.output<typeof answer>;

const Asked = event('Asked', z.object({ entries: z.array(entry), text: z.string() }));
const Answered = event('Answered', answer);
const Ask = command('Ask', z.looseObject({}), { reply: Answered });
const Told = event('Told', z.looseObject({}));

export const inquiries = defineTopology('inquiries', {
  channels: { asks: { carries: [Ask] }, news: { carries: [Asked, Answered, Told] } },
  agents: { sage: { subscribes: ['asks'] } },
  clients: { gate: { publishes: [Asked] } },
});

/** A reference to anything, its fields taken as they come. */
interface Any {
  readonly at: (index: number) => Any;
  readonly [field: string]: Any | ((index: number) => Any);
}
type Loose = Readonly<Record<string, (...given: unknown[]) => unknown>>;

/**
 * A workflow that follows from a number: requests, choices, branches, maps, compensations and messages, whose data are parts of
 * what was known, picked at random.
 */
export function arbitraryUses(seed: number): WorkflowDefinition {
  const random = seededRandom(seed);
  const pick = <Of>(list: readonly Of[]): Of => list[Math.floor(random() * list.length)] as Of;
  const chance = (of: number): boolean => random() < of;
  let count = 0;
  const named = (what: string): string => `${what} ${++count}`;

  return defineWorkflow(inquiries, 'uses', { startedBy: Asked }, (typed, start) => {
    const flow = typed as unknown as Loose;
    const call = (verb: string, ...given: unknown[]): unknown => flow[verb]?.(...given);

    /** Parts of a reply; what may be absent with what to take then. */
    const partOf = (reply: Any): unknown => {
      const list = chance(0.5) ? reply['entries'] : call('orElse', (reply['maybe'] as Any)['entries'], []);
      const deep = (reply['inner'] as Any)['deep'] as Any;
      return pick<() => unknown>([
        () => reply,
        () => reply['text'],
        () => reply['inner'],
        () => deep,
        () => deep['a name'],
        () => call('orElse', deep['more'], 'none'),
        () => call('orElse', (reply['maybe'] as Any)['text'], 'none'),
        () => call('orElse', reply['free'], { free: true }),
        () => call('is', reply['text'], pick(['=', '!=', '<']), pick(['x', call('orElse', deep['more'], 'none')])),
        () => call('present', pick([reply['maybe'], (reply['maybe'] as Any)['text'], reply['free']])),
        () => call('not', call('any', call('present', reply['free']), call('is', reply['text'], '>', 'm'))),
        () => call('orElse', (reply['free'] as Any)['text'], 'not there'),
        () => list,
        () => call('orElse', (list as Any).at(pick([0, 1, -1])), { id: 'none', tags: [] }),
        () => call('orElse', (list as Any).at(pick([0, -1]))['id'], 'none'),
        () => [reply['grid'], reply['entries'], (reply['maybe'] as Any)['text']],
        () => reply['grid'],
      ])();
    };
    const dataOf = (known: readonly Any[]): unknown => {
      const one = (): unknown => (known.length === 0 || chance(0.15) ? { literal: 7 } : partOf(pick(known)));
      return Object.fromEntries(
        Array.from({ length: 1 + Math.floor(random() * 3) }, (_, index) => [
          `field${index}`,
          chance(0.25) ? [one(), { within: one() }] : one(),
        ]),
      );
    };
    const request = (known: readonly Any[]): Any =>
      call('request', named('ask'), Ask, dataOf(known), {
        timeout: '1 minute',
        ...(chance(0.3)
          ? {
              compensate: {
                with: Ask,
                data: () => (known.length === 0 ? {} : { text: pick<Any>(known)['text'] }),
              },
            }
          : {}),
      }) as Any;
    /** Steps one after the other; what they learn is known to those behind. */
    const steps = (before: readonly Any[], depth: number, most: number): Any[] => {
      const known = [...before];
      for (let left = 1 + Math.floor(random() * most); left > 0; left--) known.push(...step(known, depth));
      return known;
    };
    const within = (known: readonly Any[], depth: number) => (): unknown => dataOf(steps(known, depth + 1, 2));
    const step = (known: readonly Any[], depth: number): Any[] => {
      const kinds = depth > 1 || known.length === 0 ? ['request'] : ['request', 'request', 'match', 'parallel', 'map'];
      const kind = pick([...kinds, 'publish']);
      if (kind === 'request') return [request(known)];
      if (kind === 'publish') call('publish', named('tell'), Told, dataOf(known));
      if (kind === 'match') {
        const on = pick(known);
        const taken = chance(0.5)
          ? call('match', on['kind'], { one: within(known, depth), two: within(known, depth) })
          : call('match', on['sure'], { true: within(known, depth), false: within(known, depth) });
        call('publish', named('tell'), Told, chance(0.5) ? { taken: (taken as Any)['field0'] } : { taken });
      }
      if (kind === 'parallel') {
        const both = call('parallel', { left: within(known, depth), right: within(known, depth) }) as Any;
        const { left, right } = both as unknown as { left: Any; right: Any };
        call('publish', named('tell'), Told, { left: left['field0'], ...(chance(0.5) ? { right } : {}) });
      }
      if (kind === 'map') {
        const list = pick(known)['entries'];
        const results = call('map', named('each'), list, (item: Any) => ({
          one: chance(0.5) ? item['id'] : item,
          ...(chance(0.7) ? { two: partOf(request(known)) } : {}),
        })) as Any;
        call('publish', named('tell'), Told, chance(0.6) ? { results } : { first: call('orElse', results.at(0), {}) });
      }
      return [];
    };
    const known = steps([], 0, 5);
    void start;
    call('request', named('ask'), Ask, dataOf(known), { timeout: '1 minute' });
    return typed.complete('done', dataOf(known));
  });
}

/** A reply that follows from a number, its texts long enough to go by reference. */
export function arbitraryAnswer(seed: number): ArbitraryAnswer {
  const random = seededRandom(seed);
  const text = (): string => `${seed}-`.repeat(random() < 0.5 ? 1 : 200);
  const entries = (): ArbitraryAnswer['entries'] =>
    Array.from({ length: Math.floor(random() * 4) }, () => ({
      id: text(),
      ...(random() < 0.5 ? { note: text() } : {}),
      tags: Array.from({ length: Math.floor(random() * 3) }, text),
    }));
  return {
    kind: random() < 0.5 ? 'one' : 'two',
    sure: random() < 0.5,
    text: text(),
    entries: entries(),
    grid: Array.from({ length: Math.floor(random() * 3) }, () => [text(), text()]),
    inner: { deep: { 'a name': text(), ...(random() < 0.5 ? { more: text() } : {}) }, flat: text() },
    ...(random() < 0.5 ? { maybe: { entries: random() < 0.3 ? null : entries(), text: text() } } : {}),
    free:
      [undefined, text(), { text: text() }, [{ text: text() }, { text: text() }], 7, null][Math.floor(random() * 6)] ??
      'x',
  };
}
