import { EventBridgeClient, PutEventsCommand, type PutEventsCommandInput } from '@aws-sdk/client-eventbridge';
import {
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
  type SendMessageBatchCommandInput,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { queueText } from '../../../../../shared/aws/base/queue-text.js';
import { EventBridgeBus } from '../../../../../shared/aws/events/event-bridge-bus.js';
import { SqsDeadLetterQueue } from '../../../../../shared/aws/sqs/sqs-dead-letter-queue.js';
import { SqsLaneReturns } from '../../../../../shared/aws/sqs/sqs-lane-returns.js';
import { SqsLaneSender } from '../../../../../shared/aws/sqs/sqs-lane-sender.js';
import { SqsTimerQueue } from '../../../../../shared/aws/sqs/sqs-timer-queue.js';
import type { DeadLetter } from '../../../../../shared/domain/delivery/dead-letter.js';
import { MemoryPayloads } from '../../../../../shared/testing/memory/memory-payloads.js';
import { anEnvelope } from '../../../../kit/generators/sample-messages.js';

/** The characters that SQS takes (Amazon SQS API reference, SendMessage). */
const TAKEN = /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u;
const ODD = 'odd \ufffe \uffff \ud800 \u0000 \u001f \u{1ffff} \u{10ffff} \\uffff \u{1f600}';

const queues = mockClient(SQSClient);
const buses = mockClient(EventBridgeClient);
const sqs = new SQSClient({ region: 'us-east-1' });

beforeEach(() => {
  queues.reset();
  buses.reset();
});

test('any JSON becomes a text that SQS takes and that reads as the same value', () => {
  fc.assert(
    fc.property(
      fc.anything({ key: fc.string({ unit: 'binary' }), values: [fc.string({ unit: 'binary' })] }),
      (value) => {
        const text = JSON.stringify(value) as string | undefined;
        if (text === undefined) return;
        expect(queueText(text)).toMatch(TAKEN);
        expect(JSON.parse(queueText(text))).toEqual(JSON.parse(text));
      },
    ),
    { numRuns: 1_000 },
  );
  expect(queueText(JSON.stringify(ODD))).toMatch(TAKEN);
  expect(JSON.stringify(ODD)).not.toMatch(TAKEN);
});

test('every body that is sent to a queue goes through it', async () => {
  const envelope = anEnvelope({ data: { [ODD]: ODD }, subject: ODD, tenant: ODD });
  const lanes = { worker: { normal: 'lane', 'direct-normal': 'lane' } };
  queues.on(SendMessageBatchCommand).callsFake((input: SendMessageBatchCommandInput) => ({
    Successful: (input.Entries ?? []).map(({ Id }) => ({ Id })),
  }));
  await new SqsLaneSender(sqs, lanes).send([{ receiver: 'worker', lane: 'normal', envelope }]);
  const batch = queues.commandCalls(SendMessageBatchCommand)[0]?.args[0].input.Entries?.[0]?.MessageBody ?? '';
  expect(batch).toMatch(TAKEN);
  expect(JSON.parse(batch)).toEqual(envelope);

  const letter: DeadLetter = {
    ...{ laneway: 'dead-letter', receiver: 'worker', copy: 'c', reason: 'exhausted', tries: 3, at: envelope.time },
    error: { code: 'HANDLER', message: ODD, name: ODD, retryable: true },
    body: JSON.stringify(envelope),
  };
  await new SqsDeadLetterQueue(sqs, 'letters', new MemoryPayloads()).send(letter);
  const body = JSON.stringify({ detail: envelope });
  await new SqsLaneReturns(sqs, lanes).put({ receiver: 'worker', lane: 'normal', direct: false, body, returns: 1 });
  await new SqsTimerQueue(sqs, 'timers').set({ requestId: ODD, at: 1 }, 0);
  const bodies = queues.commandCalls(SendMessageCommand).map(({ args }) => args[0].input.MessageBody ?? '');
  for (const one of bodies) expect(one).toMatch(TAKEN);
  expect(bodies.map((one) => JSON.parse(one) as unknown)).toEqual([
    letter,
    { detail: envelope },
    { requestId: ODD, at: 1, hop: 0 },
  ]);
});

test('so does every event of the bus, which brings it into queues', async () => {
  const envelope = anEnvelope({ data: { text: ODD } });
  buses
    .on(PutEventsCommand)
    .callsFake((input: PutEventsCommandInput) => ({ Entries: (input.Entries ?? []).map(() => ({})) }));
  await new EventBridgeBus(new EventBridgeClient({ region: 'us-east-1' }), 'bus').publish([envelope]);
  const detail = buses.commandCalls(PutEventsCommand)[0]?.args[0].input.Entries?.[0]?.Detail ?? '';
  expect(detail).toMatch(TAKEN);
  expect(JSON.parse(detail)).toEqual(envelope);
});
