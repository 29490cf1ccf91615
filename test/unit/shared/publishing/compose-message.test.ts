import { composeMessage, composeReply } from '../../../../shared/publishing/compose-message.js';
import {
  ParcelArrived,
  ParcelWeighed,
  parcels,
  StampParcel,
  WeighParcel,
} from '../../../kit/applications/parcel-topology.js';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const moment = { topology: parcels, now: NOW };

test('an event without addressee is one message for every subscriber', () => {
  const [message, ...more] = composeMessage(ParcelArrived, { parcel: 'p' }, {}, moment);
  expect(more).toEqual([]);
  expect(message).toMatchObject({
    channel: 'parcel.arrivals',
    priority: 'normal',
    expected: ['desk', 'auditor'],
    time: '2026-03-01T12:00:00.000Z',
  });
  expect(message?.receiver).toBeUndefined();
});

test('a message that would outlive its lanes is refused', () => {
  expect(() => composeMessage(ParcelArrived, { parcel: 'p' }, { expires: '5 days' }, moment)).toThrow(
    /a message on 'parcel.arrivals': a message lives up to 120\.\d+ hours: expires '5 days'/,
  );
});

test('the sender of an event does not receive it', () => {
  const [message] = composeMessage(ParcelArrived, { parcel: 'p' }, {}, { ...moment, sender: 'desk' });
  expect(message?.expected).toEqual(['auditor']);
});

test('a command goes to exactly one, the first declared handler', () => {
  const messages = composeMessage(WeighParcel, { parcel: 'p' }, {}, moment);
  expect(messages).toHaveLength(1);
  expect(messages[0]).toMatchObject({
    receiver: 'scales',
    expected: ['scales'],
    requestid: messages[0]?.id,
    replyto: 'ParcelWeighed',
  });
});

test('a command without reply makes no request', () => {
  const [message] = composeMessage(StampParcel, { parcel: 'p' }, {}, moment);
  expect(message?.requestid).toBeUndefined();
});

test('an event to a role goes to all that match, one message each, with ids that follow from the first', () => {
  const once = composeMessage(ParcelArrived, { parcel: 'p' }, { to: 'desk' }, { ...moment, id: 'first' });
  expect(once.map((message) => [message.id, message.receiver])).toEqual([['first', 'desk']]);
});

test.each([
  [{ to: 'nobody' }, /addressed to 'nobody'\n {2}known: old-scales, scales/],
  [{ to: { capability: 'flying' } }, /nobody fits\n {2}subscribers: scales, old-scales/],
  [{ to: 'everyone' }, /addressed to everyone/],
  [{ channel: 'parcel.weight' }, /did you mean 'parcel.weights'/],
  [{ channel: 'parcel.weights' }, /does not carry WeighParcel/],
  [{ priority: 'low' as const }, /no priority 'low'\n {2}it uses: high, normal/],
  [{ deadline: new Date(NOW) }, /has passed/],
])('%j is refused with what is allowed', (options, message) => {
  expect(() => composeMessage(WeighParcel, { parcel: 'p' }, options, moment)).toThrow(message);
});

test('priority and deadline are inherited, brought to what the channel uses and never later', () => {
  const parent = { id: 'p', priority: 'critical' as const, deadline: '2026-03-01T12:00:30.000Z' };
  const [message] = composeMessage(WeighParcel, { parcel: 'p' }, { deadline: '2 minutes' }, { ...moment, parent });
  expect(message).toMatchObject({ priority: 'high', deadline: parent.deadline });
});

test('a request without a deadline has its expiry for one', () => {
  const [message] = composeMessage(WeighParcel, { parcel: 'p' }, {}, moment);
  expect(message?.deadline).toBe('2026-03-01T12:10:00.000Z');
  expect(message?.expires).toBe(message?.deadline);
});

test('a reply carries the request of its command and goes to every subscriber of its channel', () => {
  const parent = { id: 'c', priority: 'high' as const, requestid: 'r' };
  const reply = composeReply(ParcelWeighed, { parcel: 'p', grams: 3 }, {}, { ...moment, sender: 'scales', parent });
  expect(reply).toMatchObject({ requestid: 'r', expected: ['desk', 'auditor'], priority: 'normal' });
});
