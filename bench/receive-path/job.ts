import type { SQSEvent } from 'aws-lambda';
import * as z from 'zod';
import { event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import { newId } from '../../shared/domain/base/ids.js';

/**
 * The job that both sides of the receive-path benchmark do, with every message of an SQS batch:
 *
 * - body: an EventBridge event whose detail is a Laneway envelope (docs/reference/protocol.md) that carries a `ReadingReported`
 * - what is no JSON or no envelope, whose payload does not fit the schema, or whose publisher may not send it: a dead letter with the
 *   reason, not handled, acknowledged
 * - what has expired: recorded as expired, not handled, acknowledged
 * - a duplicate of what was handled: not handled again, acknowledged; of what is being handled: goes back
 * - all others: handled, with result and outcome recorded, acknowledged
 */
export const DeviceReading = z.object({
  device: z.string().min(1).max(64),
  celsius: z.number().min(-80).max(200),
  battery: z.number().min(0).max(1),
  charging: z.boolean(),
});
export type DeviceReading = z.output<typeof DeviceReading>;

const ReadingReported = event('ReadingReported', DeviceReading);
const GATEWAY = 'laneway.greenhouse.client.gateway';

export const greenhouse = defineTopology('greenhouse', {
  channels: { readings: { carries: [ReadingReported], qos: { priorities: ['normal'] } } },
  agents: { thermostat: { subscribes: ['readings'] } },
  clients: { gateway: { publishes: [ReadingReported] }, visitor: { publishes: [] } },
});

/** Facts of the topology that the peer's own code has to know. */
export const TERMS = {
  channel: 'readings',
  type: 'ReadingReported',
  dataschema: 'urn:laneway:ReadingReported:1',
  source: GATEWAY,
  receiver: 'thermostat',
  hopLimit: greenhouse.model.hopLimit,
};

/** Result of a handler for one reading. */
export interface JudgedReading {
  readonly id: string;
  readonly fahrenheit: number;
  readonly action: 'heat' | 'cool' | 'wait';
}
export type Sink = (judged: JudgedReading) => void;

/** The work itself: the same function on both sides. */
export function judgeReading(id: string, reading: DeviceReading): JudgedReading {
  const { celsius } = reading;
  return { id, fahrenheit: celsius * 1.8 + 32, action: celsius < 18 ? 'heat' : celsius > 27 ? 'cool' : 'wait' };
}

/** Outcomes of all messages that one side received. */
export interface Told {
  /** In the order of their ids. */
  readonly handled: readonly JudgedReading[];
  readonly expired: readonly string[];
  /** SQS message id and reason. */
  readonly deadLetters: readonly string[];
}

/** One side of the comparison. */
export interface ReceiveSide {
  /** One invocation. @returns SQS message ids that go back */
  receive(event: SQSEvent): Promise<readonly string[]>;
  told(): Promise<Told>;
}

/** The first `count` messages from `from`, ten to an event, all good and all different. */
export function goodEvents(count: number): SQSEvent[] {
  const events: SQSEvent[] = [];
  for (let at = 0; at < count; at += 10)
    events.push(eventOf(Array.from({ length: Math.min(10, count - at) }, (_, index) => body(envelope(at + index)))));
  return events;
}

/** Events with a duplicate, an expired and a malformed message among good ones; the same defects in a fixed turn. */
export function mixedEvents(count: number): SQSEvent[] {
  let before = envelope(0);
  return Array.from({ length: Math.ceil(count / 10) }, (_, batch) => {
    const good = Array.from({ length: 7 }, (_unused, index) => envelope(batch * 7 + index));
    const expired = { ...envelope(batch), expires: new Date(Date.now() - 1_000).toISOString() };
    const bad = MALFORMED[batch % MALFORMED.length];
    const event = eventOf([...good.map((one) => body(one)), body(before), body(expired), bad?.(envelope(batch)) ?? '']);
    before = good[3] ?? before;
    return event;
  });
}

/** A batch that holds the same message twice: what comes second goes back, as the first is at work. */
export function repeatedEvent(): SQSEvent {
  const repeated = body(envelope(1));
  return eventOf([body(envelope(0)), repeated, repeated]);
}

type Envelope = ReturnType<typeof envelope>;

const MALFORMED: readonly ((envelope: Envelope) => string)[] = [
  () => 'no JSON at all',
  () => '[1, 2, 3]',
  () => JSON.stringify({ Records: [{ eventSource: 'aws:s3' }] }),
  (one) => body({ ...one, correlationid: undefined }),
  (one) => body({ ...one, priority: 'urgent' }),
  (one) => body({ ...one, expires: 'tomorrow' }),
  (one) => body({ ...one, data: { ...one.data, celsius: 'warm' } }),
  (one) => body({ ...one, dataschema: 'urn:laneway:ReadingReported:7' }),
  (one) => body({ ...one, hops: 32 }),
  (one) => body({ ...one, channel: 'corridor' }),
  (one) => body({ ...one, receiver: 'boiler' }),
  (one) => body({ ...one, source: 'laneway.greenhouse.client.visitor' }),
  (one) => body(one, 'laneway.greenhouse.client.visitor'),
];

function envelope(at: number) {
  const now = Date.now();
  const data: DeviceReading = {
    device: `bed-${at % 97}`,
    celsius: (at % 45) + 0.5,
    battery: 0.75,
    charging: at % 2 === 0,
  };
  return {
    specversion: '1.0',
    id: newId(),
    source: GATEWAY,
    type: TERMS.type,
    time: new Date(now).toISOString(),
    datacontenttype: 'application/json',
    dataschema: TERMS.dataschema,
    data,
    correlationid: newId(),
    priority: 'normal',
    channel: TERMS.channel,
    expires: new Date(now + 3_600_000).toISOString(),
    attempt: 1,
    hops: 0,
    tenant: 'north',
  };
}

/** Body of an SQS message as EventBridge puts it into a queue. */
function body(detail: object, source = (detail as { source: string }).source): string {
  return JSON.stringify({
    version: '0',
    id: newId(),
    'detail-type': TERMS.type,
    source,
    account: '000000000000',
    time: new Date().toISOString(),
    region: 'eu-central-1',
    resources: [],
    detail,
  });
}

/**
 * An event that went through JSON, as a function gets it. `JSON.stringify` returns a text in pieces; its first reader puts
 * them together and would be charged for that.
 */
function eventOf(bodies: readonly string[]): SQSEvent {
  const event: SQSEvent = {
    Records: bodies.map((text) => ({
      messageId: newId(),
      receiptHandle: newId(),
      body: text,
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: String(Date.now()),
        SenderId: 'AROA',
        ApproximateFirstReceiveTimestamp: String(Date.now()),
      },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:eu-central-1:000000000000:greenhouse-thermostat-normal',
      awsRegion: 'eu-central-1',
    })),
  };
  return JSON.parse(JSON.stringify(event)) as SQSEvent;
}
