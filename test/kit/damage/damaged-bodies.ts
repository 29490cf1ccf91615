import { newId } from '../../../shared/domain/base/ids.js';
import { sourceOf, type Envelope } from '../../../shared/domain/wire/envelope.js';
import { boundAgents } from '../../../shared/testing/harness/bound-agents.js';
import { harnessOver } from '../../../shared/testing/harness/harness.js';
import { HarnessWorld } from '../../../shared/testing/harness/harness-world.js';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';
import { OrderPlaced, shop } from '../applications/fixture-topology.js';
import { damagedJson } from './damage.js';
import { commandAt, envelopeAt, overTheBus } from '../stands/platform-world.js';
import { PARTS, shopAgents } from '../stands/running-shop.js';

/** Bodies that are damaged in one world. */
const PER_WORLD = 40;
/** A word of every neighbour, which no text about a damaged body may hold. */
const SECRET = 'the-neighbours-secret';
const NEIGHBOURS = [1, 2].map((number) => `${SECRET}-${number}`);

/** Puts so many damaged bodies into all queues of running shops, orders among them. @returns the findings */
export async function damageBodies(seed: number, count: number) {
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

async function damageSome(random: () => number, seed: number, count: number) {
  const { agents: definitions, witness } = shopAgents();
  const agents = boundAgents(shop, definitions);
  const parts = { topology: shop, agents, workflows: [], random: seededRandom(seed) };
  const world = new HarnessWorld(parts);
  const harness = harnessOver(world, parts);
  const violations: string[] = [];
  const bodies = new Map<string, string>();
  const [first = '', last = ''] = NEIGHBOURS;
  await harness.publish(OrderPlaced, { order: first }, { correlationId: first });
  const now = world.clock.now();
  // Status events come from Step Functions alone, and changes of the ledger from its stream: no role of the application may send
  // into these queues.
  const consumers = world.consumers.filter(({ name }) => !['workflow-events', 'ledger-stream'].includes(name));
  for (let one = 0; one < count; one++) {
    const consumer = consumers[Math.floor(random() * consumers.length)];
    if (!consumer) continue;
    const [body, what] = damagedJson(random, genuine(consumer.name, now, consumer.agent, one));
    consumer.queue.send(body);
    bodies.set(`${consumer.name} ${one}`, `${what}: ${body.slice(0, 300)}`);
  }
  await harness.publish(OrderPlaced, { order: last }, { correlationId: last });
  const about = (): string => [...bodies].map(([place, body]) => `${place}: ${body}`).join('\n  ');
  // Longer than a timer looks for its request, and much less than queues keep what nobody can take.
  await harness.advance('2 hours');
  const left = world.consumers.filter(({ queue }) => queue.size > 0).map(({ name, queue }) => `${name}: ${queue.size}`);
  if (left.length > 0) violations.push(`copies come again and again in ${left.join(', ')}\n  ${about()}`);
  for (const order of NEIGHBOURS) {
    const { account } = harness.conversation(order);
    if (account.inFlight.length + account.deadLettered + account.withoutLetter.length > 0)
      violations.push(`${order}: ${JSON.stringify(account)}\n  ${about()}`);
    const answered = witness.answered.filter((name) => name.startsWith(order));
    if (answered.length !== PARTS) violations.push(`${order} was answered ${answered.length} times\n  ${about()}`);
  }
  let deadLetters = 0;
  for await (const letter of world.ports.book.all()) {
    deadLetters++;
    if (JSON.stringify(letter.error).includes(SECRET)) violations.push(`a dead letter says ${letter.error.message}`);
  }
  if (deadLetters > count) violations.push(`${deadLetters} dead letters of ${count} bodies\n  ${about()}`);
  for (const { type, data } of world.bus.published)
    if (['ErrorReported', 'RequestFailed'].includes(type) && JSON.stringify(data).includes(SECRET))
      violations.push(`${type} tells ${JSON.stringify(data)}`);
  return { deadLetters, violations };
}

/** A body as it comes into the queue of a consumer. */
function genuine(name: string, now: number, agent: string | undefined, one: number): string {
  const id = `body-${one}`;
  const about = { id, correlationid: `conversation-${one}` };
  const order = (more: Partial<Envelope> = {}): Envelope =>
    envelopeAt(now, 'OrderPlaced', { order: id }, { ...about, ...more });
  switch (name) {
    case 'replies': {
      const source = sourceOf(shop.name, 'agent', 'warehouse');
      const reply = { type: 'StockReserved', dataschema: 'urn:laneway:StockReserved:1', channel: 'stock.result' };
      const data = { order: id, reserved: true };
      return overTheBus(order({ ...reply, source, data, requestid: `agent.clerk:${newId()}`, causationid: id }));
    }
    case 'ingress':
      return JSON.stringify({
        ...{ version: '0', id, source: 'com.example.market', 'detail-type': 'Order' },
        ...{ time: new Date(now).toISOString(), detail: { order: id } },
      });
    case 'deadlines':
      return JSON.stringify({ requestId: `client.web-shop:${id}`, at: now });
    case 'dead-letters':
      return JSON.stringify({
        ...{ laneway: 'dead-letter', receiver: 'clerk', copy: newId(), reason: 'permanent', tries: 1 },
        error: { code: 'PERMANENT', message: 'no', name: 'Error', retryable: false },
        ...{ at: new Date(now).toISOString(), body: overTheBus(order()) },
      });
    default:
      return overTheBus(agent === 'warehouse' ? commandAt(now, about) : order());
  }
}
