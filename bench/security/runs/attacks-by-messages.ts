import { renderMermaid } from '../../../cli/render/mermaid.js';
import { renderSequence } from '../../../cli/render/sequence.js';
import { renderTree } from '../../../cli/render/tree.js';
import { COUNTED_SHARE } from '../../../shared/agent/receive/process-guards.js';
import { fnv1a } from '../../../shared/domain/delivery/causal-path.js';
import { sourceOf, type Envelope } from '../../../shared/domain/wire/envelope.js';
import { BUDGET, mint, OrderTaken, PrintSlip } from './mint-topology.js';
import { openMint, refusalsIn, robberOf, type OpenMint } from './open-mint.js';
import { outcomeOf, type KindAttack, type KindResult } from './kind-attack.js';

const ESC = String.fromCharCode(0x1b);
const OVERRIDE = String.fromCharCode(0x202e);
/** Text that moves the cursor, clears a line, turns the direction round, and begins a line of its own. */
const HOSTILE = `x\r${ESC}[2K${OVERRIDE}\nforged line`;
/** Messages of a flood. */
const FLOOD = 20 * BUDGET;

const clerk = sourceOf(mint.name, 'agent', 'clerk');
const COUNTER = sourceOf(mint.name, 'client', 'counter');
const busEvent = (source: string, detail: Envelope): string =>
  JSON.stringify({ version: '0', id: 'e', source, 'detail-type': detail.type, detail });

/** The printer's lane of direct channels, into which whoever publishes on one of them may send. */
function printerLane({ world }: OpenMint) {
  const lane = world.lanes.queue('printer', 'normal', true);
  if (lane === undefined) throw new Error('the printer has no lane of direct channels');
  return lane;
}

/** Puts a body into the printer's lane, and tells whether it was printed. */
async function prints(body: (mint: OpenMint) => string): Promise<KindResult> {
  const opened = openMint();
  printerLane(opened).send(body(opened));
  await opened.harness.advance('2 minutes');
  const codes = await refusalsIn(opened);
  if (codes.length === 0 && opened.printed.length === 0) throw new Error('the body came to nobody');
  return outcomeOf(
    opened.printed.length > 0 && 'the printer handled it as a message of the clerk',
    `the receiver: ${codes.join(', ')}`,
  );
}

/** Publishes an envelope of the counter under a source of the bus, and tells whether the clerk took it. */
async function takesUnder(source: string): Promise<KindResult> {
  const opened = openMint();
  const detail = opened.forge({ source: COUNTER, type: OrderTaken.name, data: { order: 'o1' } });
  opened.harness.putEvent({ source, 'detail-type': OrderTaken.name, detail });
  await opened.harness.advance('2 minutes');
  const codes = await refusalsIn(opened);
  const by = codes.length > 0 ? `the receiver: ${codes.join(', ')}` : 'the rules of the bus, which take it nowhere';
  return outcomeOf(opened.taken.length > 0 && 'the clerk handled it', by);
}

/** Attacks with messages that a role may send somewhere. */
export const ATTACKS_BY_MESSAGES: readonly KindAttack[] = [
  {
    // 5
    ...{ name: 'pose-as-bus', severity: 'critical', decidedBy: 'harness' },
    title: 'puts a body into the lane of a direct channel that looks as if the bus had brought it from another',
    by: ['agent'],
    run: () =>
      prints(({ forge }) => busEvent(clerk, forge({ source: clerk, type: PrintSlip.name, data: { slip: 'x' } }))),
  },
  {
    // 5
    ...{ name: 'pose-as-sender', severity: 'high', decidedBy: 'harness' },
    title: "sends over a direct channel under another sender's source",
    by: ['agent'],
    run: () =>
      prints(({ forge }) => JSON.stringify(forge({ source: clerk, type: PrintSlip.name, data: { slip: 'x' } }))),
  },
  {
    ...{ name: 'pose-in-envelope', severity: 'critical', decidedBy: 'harness' },
    title: 'publishes under its own source an envelope that names another',
    by: ['agent', 'client', 'publisher'],
    run: async ({ kind }) => {
      const rightful = await takesUnder(COUNTER);
      if ('refused' in rightful) throw new Error(`under its own source it is refused as well: ${rightful.refused}`);
      return takesUnder(kind === 'publisher' ? 'com.example.post' : robberOf(kind));
    },
  },
  {
    ...{ name: 'smuggle-through-ingress', severity: 'high', decidedBy: 'harness' },
    title: 'gives an event for an ingress the attributes of an envelope, to set sender, conversation or hops',
    by: ['publisher'],
    run: async () => {
      const { forge, harness, world } = openMint();
      const wanted = forge({ source: clerk, type: OrderTaken.name, hops: 7, data: { order: 'o9' } });
      harness.putEvent({ source: 'com.example.post', 'detail-type': 'Order', detail: wanted });
      await harness.advance('1 minute');
      const sent = world.bus.published.find(({ type }) => type === OrderTaken.name);
      if (sent === undefined) return { refused: 'the ingress' };
      const own = sent.source === sourceOf(mint.name, 'ingress', 'post');
      const kept = !own || sent.hops !== 0 || sent.correlationid === wanted.correlationid || sent.id === wanted.id;
      return outcomeOf(kept && 'the ingress kept them', 'the ingress, which makes the envelope itself');
    },
  },
  {
    // 12
    ...{ name: 'reset-hops', severity: 'medium', decidedBy: 'harness' },
    title: 'sends without end in one conversation, each message with no hops and no path',
    by: ['agent', 'client'],
    run: ({ kind }) => flood(robberOf(kind), (id) => id),
  },
  {
    // 12
    ...{ name: 'choose-uncounted-ids', severity: 'medium', decidedBy: 'harness' },
    title: 'sends without end in one conversation, under ids that the conversation budget does not count',
    by: ['agent', 'client'],
    run: ({ kind }) =>
      flood(robberOf(kind), (id) => {
        // Once the end of an id decided which deliveries were counted.
        let chosen = id;
        for (let at = 0; fnv1a(chosen, Math.max(0, chosen.length - 8)) % COUNTED_SHARE === 0; at++)
          chosen = `${id}-${at}`;
        return chosen;
      }),
  },
  {
    ...{ name: 'take-an-id', severity: 'high', decidedBy: 'harness' },
    title: 'publishes a message under the id of another, so that the other is taken for its repetition',
    by: ['agent', 'client'],
    run: async ({ kind }) => {
      const { forge, harness, taken, world } = openMint();
      const genuine = forge({ source: COUNTER, type: OrderTaken.name, data: { order: 'genuine' } });
      const forged = { ...genuine, source: robberOf(kind), data: { order: 'forged' } };
      for (const envelope of [forged, genuine, genuine]) {
        await world.bus.publish([envelope]);
        await harness.advance('1 minute');
      }
      const heard = (order: string): number => taken.filter((one) => one === order).length;
      if (heard('forged') !== 1) throw new Error('the robber sends nothing of its own either');
      if (heard('genuine') > 1) throw new Error('nothing is taken for a repetition');
      return outcomeOf(
        heard('genuine') === 0 && 'the message whose id was taken is never handled',
        'the key of a delivery, which holds who published it',
      );
    },
  },
  {
    ...{ name: 'end-a-retry', severity: 'high', decidedBy: 'harness' },
    title:
      'sends a forged text with the id of a message that its receiver is about to try again, so that the refusal ends both',
    by: ['agent'],
    run: async () => {
      const opened = openMint();
      const { forge, harness, printed } = opened;
      const lane = printerLane(opened);
      const slip = forge({ source: clerk, type: PrintSlip.name, data: { slip: 'again: x' } });
      lane.send(JSON.stringify(slip));
      await harness.advance('100 milliseconds');
      if (printed.length > 0) throw new Error('the first try does not fail');
      lane.send(busEvent(clerk, slip));
      await harness.advance('9 minutes');
      return outcomeOf(
        printed.length === 0 && 'the message is never handled',
        'whoever judges the refusal of a text that is of nobody',
      );
    },
  },
  {
    // 13
    ...{ name: 'escape-to-terminal', severity: 'high', decidedBy: 'harness' },
    title: 'writes terminal escapes and lines of its own into what an operator is shown',
    by: ['agent', 'client'],
    run: async ({ kind }) => {
      const opened = openMint();
      const { forge, harness, world } = opened;
      const own = { source: robberOf(kind), type: OrderTaken.name, correlationid: 'c', subject: HOSTILE };
      await world.bus.publish([forge({ ...own, data: { order: HOSTILE, note: `break:${HOSTILE}` } })]);
      await harness.settle();
      const { entries } = harness.conversation('c');
      if (!entries.some(({ kind: what }) => what === 'dead-letter')) throw new Error('nothing hostile is shown');
      const drawn = [renderTree(entries), renderSequence(entries), renderMermaid(entries)];
      const isHostile = (text: string): boolean => /(?!\n)[\p{Cc}\p{Cf}]/u.test(text) || /^forged line/m.test(text);
      return outcomeOf(
        drawn.some(isHostile) && 'an escape reaches the terminal',
        'what draws for terminals and Mermaid',
      );
    },
  },
];

/** Sends many messages in one conversation, and tells whether the clerk handled most of them. */
async function flood(source: string, idOf: (id: string) => string): Promise<KindResult> {
  const { forge, harness, taken, world } = openMint();
  const own = { source, type: OrderTaken.name, correlationid: 'c', hops: 0 };
  const sent = Array.from({ length: FLOOD }, (_, at) =>
    forge({ ...own, id: idOf(`message-${at}`), data: { order: `o${at}` } }),
  );
  await world.bus.publish(sent);
  await harness.advance('10 minutes');
  return outcomeOf(
    taken.length > FLOOD / 2 && `${taken.length} of ${FLOOD} messages were handled, over a budget of ${BUDGET}`,
    `the receiver's conversationBudget of ${BUDGET}, which it estimates`,
  );
}
