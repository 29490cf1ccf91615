import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { createAgent } from 'laneway/agent';
import { agentStand } from '../../../test/kit/stands/agent-stand.js';
import { MemoryQueue } from '../../../shared/testing/memory/memory-queue.js';
import { MemoryDeadLetterQueue } from '../../../shared/testing/memory/memory-lanes.js';
import { handleSqsEvent } from '../../../shared/lambda/sqs-event.js';
import { newId } from '../../../shared/domain/base/ids.js';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';
import { OrderPlaced, orders } from '../driver/orders.js';
import type { Row } from '../driver/row.js';
import type { Witness } from '../driver/witness.js';

const RUNS = 5;
const MESSAGES = 20_000;
const QUICK_MESSAGES = 2_000;
const BATCH = 10;
/** Invocations side by side. */
const SIDE_BY_SIDE = 8;

/** Receive path of a Lambda function over stores in memory: one message in ten comes twice, one in fifty cannot be read. */
export const load: Row = {
  name: 'load',
  title: `The whole receive path in process, 5 runs: decode to batch response, a tenth of the messages twice, a fiftieth unreadable`,
  engine: false,
  quick: true,
  run: async ({ seed, quick, progress, witness }) => {
    const messages = quick ? QUICK_MESSAGES : MESSAGES;
    const rates: number[] = [];
    let quarantined = 0;
    for (let run = 1; run <= RUNS; run++) {
      const one = await receive(run, messages, seed + run, witness);
      rates.push(one.perSecond);
      quarantined += one.letters;
      progress(`run ${run}: ${one.perSecond} messages/s`);
    }
    const counts = witness.counts();
    const sent = RUNS * messages;
    const extra = [...counts.values()].reduce((sum, count) => sum + count - 1, 0);
    const lost = sent - counts.size - quarantined;
    const sorted = rates.sort((a, b) => a - b);
    return {
      ...{ ok: lost === 0 && extra === 0, sent, effects: counts.size, quarantined, lost, extra, problems: [] },
      figure: `median ${sorted[Math.floor(RUNS / 2)]} messages/s, ${sorted[0]} to ${sorted.at(-1)}, witness file included`,
    };
  },
};

async function receive(run: number, messages: number, seed: number, witness: Witness) {
  const auditor = createAgent(orders, 'auditor').handle({ OrderPlaced: ({ data }) => witness.note(data.order) });
  const bound = auditor.with({});
  const stand = agentStand(bound);
  const random = seededRandom(seed);
  const letters = new MemoryQueue(stand.clock);
  const services = { ...stand.services, deadLetters: new MemoryDeadLetterQueue(letters, stand.payloads) };
  const waiting: SQSRecord[] = [];
  for (let index = 0; index < messages; index++) {
    const order = `${run}-${index}`;
    const facts = { id: order, correlationid: order, source: 'laneway.reliability.client.shop' };
    const detail = stand.envelope(OrderPlaced.name, { order }, facts);
    const event = { id: 'event', source: detail.source, 'detail-type': detail.type, detail };
    const body = index % 50 === 0 ? JSON.stringify(event).slice(0, -20) : JSON.stringify(event);
    waiting.push(recordOf(body));
    if (index % 10 === 1) waiting.splice(Math.floor(random() * waiting.length), 0, recordOf(body));
  }
  const began = performance.now();
  const instance = async (): Promise<void> => {
    for (let batch = waiting.splice(0, BATCH); batch.length > 0; batch = waiting.splice(0, BATCH)) {
      const event: SQSEvent = { Records: batch };
      const response = await handleSqsEvent(bound, services, event, { receipts: NO_QUEUE }, () => 60_000);
      const back = new Set(response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      waiting.push(...batch.filter(({ messageId }) => back.has(messageId)));
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, instance));
  const seconds = (performance.now() - began) / 1000;
  return { perSecond: Math.round(messages / seconds), letters: letters.size };
}

/** Nothing waits in a queue here whose visibility could be brought down. */
const NO_QUEUE = { setVisibility: () => Promise.resolve() };

function recordOf(body: string): SQSRecord {
  const messageId = newId();
  return {
    ...{ messageId, receiptHandle: messageId, body, messageAttributes: {}, md5OfBody: '', awsRegion: 'us-east-1' },
    ...{ eventSource: 'aws:sqs', eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:auditor-normal' },
    attributes: {
      ...{ ApproximateReceiveCount: '1', SentTimestamp: '0' },
      ...{ SenderId: 'bus', ApproximateFirstReceiveTimestamp: '0' },
    },
  };
}
