import { createAgent } from 'laneway/agent';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { receiveBatch } from '../../../shared/agent/receive/receive-batch.js';
import { handleSqsEvent } from '../../../shared/lambda/sqs-event.js';
import { agentStand } from '../../kit/stands/agent-stand.js';
import { parcels } from '../../kit/applications/parcel-topology.js';

const BATCH = 10;

/** A desk that fails on the parcels named so, and notes what it did. */
function desk() {
  const done: string[] = [];
  const failing = new Set<string>();
  const agent = createAgent(parcels, 'desk').handle({
    ParcelArrived: ({ data, id }) => {
      if (failing.has(id)) throw new Error(`${data.parcel} is torn`);
      done.push(id);
    },
    ParcelWeighed: () => undefined,
  });
  const bound = agent.with({});
  return { bound, done, failing, stand: agentStand(bound) };
}

/** Ids of the batch `subset`, of which those whose bit is set fail. */
const idsOf = (subset: number) => Array.from({ length: BATCH }, (_, index) => `p-${subset}-${index}`);
const failingOf = (subset: number) => idsOf(subset).filter((_, index) => (subset >> index) % 2 === 1);

test('each of the 1,024 subsets of a batch of ten that fails goes back, and exactly the rest is acknowledged', async () => {
  const { bound, done, failing, stand } = desk();
  for (let subset = 0; subset < 2 ** BATCH; subset++) {
    const fails = failingOf(subset);
    for (const id of fails) failing.add(id);
    done.length = 0;
    const copies = idsOf(subset).map((id) => {
      const envelope = stand.envelope('ParcelArrived', { parcel: id }, { id, correlationid: `c-${subset}` });
      const body = JSON.stringify({ source: envelope.source, 'detail-type': envelope.type, detail: envelope });
      return { copy: `copy of ${id}`, receipt: id, body, receives: 1 };
    });
    const hidden: { receipt: string; seconds: number }[][] = [];
    const returned = await receiveBatch(bound, stand.services, {
      copies,
      receipts: { setVisibility: (changes) => Promise.resolve(void hidden.push([...changes])) },
      remaining: () => 60_000,
    });
    expect([...returned].sort()).toEqual(fails.map((id) => `copy of ${id}`));
    expect([...done].sort()).toEqual(idsOf(subset).filter((id) => !fails.includes(id)));
    // Brought down once for all ten; then those that go back are told when they come again, and no other.
    expect(
      hidden
        .slice(1)
        .flatMap((changes) => changes.map(({ receipt }) => receipt))
        .sort(),
    ).toEqual(fails);
  }
  expect(stand.letters()).toEqual([]);
});

test('the batch response of the function names the same', async () => {
  const { bound, failing, stand } = desk();
  for (let subset = 0; subset < 2 ** BATCH; subset += 31) {
    for (const id of failingOf(subset)) failing.add(id);
    const event: SQSEvent = {
      Records: idsOf(subset).map((id): SQSRecord => {
        const envelope = stand.envelope('ParcelArrived', { parcel: id }, { id, correlationid: `c-${subset}` });
        return {
          ...{ messageId: `copy of ${id}`, receiptHandle: id, messageAttributes: {}, md5OfBody: '' },
          body: JSON.stringify({ source: envelope.source, 'detail-type': envelope.type, detail: envelope }),
          attributes: {
            ...{ ApproximateReceiveCount: '1', SentTimestamp: '0', SenderId: 'events' },
            ApproximateFirstReceiveTimestamp: '0',
          },
          ...{ eventSource: 'aws:sqs', eventSourceARN: 'arn:aws:sqs:eu-central-1:1:lane', awsRegion: 'eu-central-1' },
        };
      }),
    };
    const receipts = { setVisibility: () => Promise.resolve() };
    const response = await handleSqsEvent(bound, stand.services, event, { receipts }, () => 60_000);
    const named = response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort();
    expect(named).toEqual(failingOf(subset).map((id) => `copy of ${id}`));
  }
});
