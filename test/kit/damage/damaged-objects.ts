import { Buffer } from 'node:buffer';
import { digestOf, payloadPlace, putText } from '../../../shared/domain/delivery/claim-check.js';
import type { Envelope } from '../../../shared/domain/wire/envelope.js';
import { boundAgents } from '../../../shared/testing/harness/bound-agents.js';
import { harnessOver } from '../../../shared/testing/harness/harness.js';
import { HarnessWorld } from '../../../shared/testing/harness/harness-world.js';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';
import { OrderPlaced, shop } from '../applications/fixture-topology.js';
import type { Random } from '../generators/fuzz-bodies.js';
import { envelopeAt, overTheBus } from '../stands/platform-world.js';
import { PARTS, shopAgents } from '../stands/running-shop.js';
import { damagedJson } from './damage.js';

/** Objects that are damaged in one world. */
const PER_WORLD = 40;
/** A word in the payloads of every neighbour, which no text about a damaged object may hold. */
const SECRET = 'the-neighbours-secret';

/** Bytes of the neighbours' payloads: more than a message holds. */
const LONG = 201_000;

type World = InstanceType<typeof HarnessWorld>;

/** Part of an envelope that refers to an object, in the form that its publisher gives it. */
type Reference = Pick<Envelope, 'dataref' | 'datadigest' | 'datasize'>;

/** Damages that whoever writes an object, and the message that refers to it, can do. */
const DAMAGES: readonly ((place: string, text: string, world: World, random: Random) => Promise<Reference>)[] = [
  // The object is another than the message says.
  async (place, text, { payloads }, random) => {
    const reference = await putText(place, text, payloads);
    await payloads.put(reference.dataref, damagedJson(random, text)[0]);
    return reference;
  },
  async (place, text, { payloads }) => {
    const reference = await putText(place, text, payloads);
    await payloads.put(reference.dataref, `${text} ${'x'.repeat(1_000_000)}`);
    return reference;
  },
  (place, text) => {
    const datadigest = digestOf(text);
    return Promise.resolve({
      dataref: `${place}/${datadigest}.json`,
      datadigest,
      datasize: Buffer.byteLength(text),
    });
  },
  // The message says what the object is, and the object is nothing that a receiver takes.
  (place, text, { payloads }, random) => putText(place, damagedJson(random, text)[0], payloads),
  (place, text, { payloads }) => putText(place, text.slice(0, -1), payloads),
  // The message refers to something else.
  async (place, text, { payloads }, random) => {
    const reference = await putText(place, text, payloads);
    const name = (['dataref', 'datadigest', 'datasize'] as const)[Math.floor(random() * 3)] ?? 'dataref';
    const [stored = ''] = [...payloads.texts.keys()].filter((key) => payloads.texts.get(key)?.includes(SECRET));
    const others: Record<typeof name, readonly (string | number | undefined)[]> = {
      dataref: [stored, `${reference.dataref}/../x`, '', undefined, place, 'x'.repeat(3_000)],
      datadigest: [stored.slice(-69, -5), digestOf('x'), '', undefined, 'z'.repeat(64)],
      datasize: [0, -1, 0.5, 2 ** 53, 400_000_000, undefined],
    };
    const value = others[name][Math.floor(random() * others[name].length)];
    return { ...reference, [name]: value };
  },
  // The object of a neighbour, with its own digest and size.
  (_place, _text, { payloads }) => {
    const [key = '', text = ''] = [...payloads.texts].find(([, other]) => other.includes(SECRET)) ?? [];
    return Promise.resolve({ dataref: key, datadigest: digestOf(text), datasize: Buffer.byteLength(text) });
  },
];

/** Damages of {@link DAMAGES} that no receiver may take, whatever the object says. */
const NEVER_TAKEN = [0, 1, 2, 6];

/** Sends so many messages with damaged payloads by reference to running shops, orders among them. @returns the findings */
export async function damageObjects(seed: number, count: number) {
  const random = seededRandom(seed);
  const total = { damages: 0, deadLetters: 0, violations: [] as string[] };
  while (total.damages < count) {
    const some = Math.min(PER_WORLD, count - total.damages);
    const found = await damageSome(random, seed + total.damages, some);
    total.damages += some;
    total.deadLetters += found.deadLetters;
    total.violations.push(...found.violations);
  }
  return total;
}

async function damageSome(random: Random, seed: number, count: number) {
  const { agents: definitions, witness } = shopAgents();
  const agents = boundAgents(shop, definitions);
  const parts = { topology: shop, agents, workflows: [], random: seededRandom(seed) };
  const world = new HarnessWorld(parts);
  const harness = harnessOver(world, parts);
  const violations: string[] = [];
  const neighbours = [1, 2].map((number) => `${SECRET}-${number}-${'.'.repeat(LONG)}`);
  const [first = '', last = ''] = neighbours;
  await harness.publish(OrderPlaced, { order: first }, { correlationId: 'neighbour-1' });
  const bodies: string[] = [];
  const clerk = world.consumers.find(({ agent }) => agent === 'clerk');
  for (let one = 0; one < count; one++) {
    const { data: _data, ...order } = envelopeAt(world.clock.now(), 'OrderPlaced', undefined, {
      ...{ id: `damaged-${one}`, correlationid: `conversation-${one}` },
    });
    const damage = DAMAGES[one % DAMAGES.length] ?? DAMAGES[0];
    const reference = await damage?.(payloadPlace(order), JSON.stringify({ order: `own-${one}` }), world, random);
    const body = overTheBus({ ...order, ...reference });
    bodies.push(body.slice(0, 900));
    clerk?.queue.send(body);
  }
  await harness.publish(OrderPlaced, { order: last }, { correlationId: 'neighbour-2' });
  const about = (): string => bodies.join('\n  ');
  await harness.advance('2 hours');
  const left = world.consumers.filter(({ queue }) => queue.size > 0).map(({ name, queue }) => `${name}: ${queue.size}`);
  if (left.length > 0) violations.push(`copies come again and again in ${left.join(', ')}\n  ${about()}`);
  for (const [at, order] of neighbours.entries()) {
    const { account } = harness.conversation(`neighbour-${at + 1}`);
    if (account.inFlight.length + account.deadLettered + account.withoutLetter.length > 0)
      violations.push(`neighbour-${at + 1}: ${JSON.stringify(account)}\n  ${about()}`);
    const answered = witness.answered.filter((name) => name.startsWith(order));
    if (answered.length !== PARTS) violations.push(`${at + 1} was answered ${answered.length} times\n  ${about()}`);
  }
  if (witness.answered.length > PARTS * (neighbours.length + count)) violations.push(`handled twice\n  ${about()}`);
  for (let one = 0; one < count; one++)
    if (NEVER_TAKEN.includes(one % DAMAGES.length) && harness.conversation(`conversation-${one}`).account.completed > 0)
      violations.push(`damaged-${one} was handled\n  ${about()}`);
  const messages = new Set<string>();
  let deadLetters = 0;
  for await (const { messageId, error } of world.ports.book.all()) {
    deadLetters++;
    // A message that cannot be decoded has no id that anybody could believe.
    if (messageId !== undefined && messages.has(messageId))
      violations.push(`${messageId} has two dead letters\n  ${about()}`);
    messages.add(messageId ?? '');
    if (JSON.stringify(error).includes(SECRET)) violations.push(`a dead letter says ${error.message.slice(0, 900)}`);
  }
  if (deadLetters > count) violations.push(`${deadLetters} dead letters of ${count} messages\n  ${about()}`);
  return { deadLetters, violations };
}
