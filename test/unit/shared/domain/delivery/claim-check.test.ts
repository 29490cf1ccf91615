import {
  checkReference,
  contentAt,
  contentKey,
  movedPayload,
  offloadPayloads,
  payloadOf,
  payloadPlace,
  putText,
} from '../../../../../shared/domain/delivery/claim-check.js';
import { PAYLOAD_LIMIT_BYTES } from '../../../../../shared/domain/wire/json-form.js';
import type { Envelope } from '../../../../../shared/domain/wire/envelope.js';
import { MemoryPayloads } from '../../../../../shared/testing/memory/memory-payloads.js';
import { anEmission } from '../../../../kit/generators/sample-messages.js';
import { envelopeAt } from '../../../../kit/stands/platform-world.js';

const TEXT = JSON.stringify({ order: 'ä'.repeat(9) });
const KEY = /^client\.web-shop\/channel=orders\/c-1\/[0-9a-f]{64}\.json$/;

async function referring(more: Partial<Envelope> = {}) {
  const payloads = new MemoryPayloads();
  const { data: _data, ...envelope } = envelopeAt(0, 'OrderPlaced', {}, { correlationid: 'c-1' });
  const reference = await putText(payloadPlace(envelope), TEXT, payloads);
  return { payloads, dataref: reference.dataref, envelope: { ...envelope, ...reference, ...more } };
}

test('a reference names its channel, its publisher and its conversation, and says what stood there', async () => {
  const { payloads, envelope } = await referring();
  expect(envelope.dataref).toMatch(KEY);
  expect(envelope).toMatchObject({ datasize: Buffer.byteLength(TEXT), datadigest: expect.any(String) as string });
  expect(await payloadOf(envelope, payloads)).toEqual(JSON.parse(TEXT));
});

test('a reply that was put off is stored in the conversation of its command', async () => {
  const payloads = new MemoryPayloads();
  const emission = anEmission({ channel: 'orders', data: 'x'.repeat(300_000), correlationid: 'other' });
  const by = { writer: 'agent.clerk', correlationId: 'c-1' };
  const [stored] = await offloadPayloads([emission], by, payloads);
  expect(stored?.dataref).toMatch(/^agent\.clerk\/channel=orders\/other\//);
});

test('a text that was swapped under its key is refused, shorter, longer or as long', async () => {
  const { payloads, dataref, envelope } = await referring();
  for (const text of ['{}', `${TEXT} `, TEXT.replace('ä', 'ö')]) {
    await payloads.put(dataref, text);
    await expect(payloadOf(envelope, payloads)).rejects.toMatchObject({ code: 'PAYLOAD_MISMATCH', retryable: false });
  }
});

test.each([
  ['without a digest', { datadigest: undefined }, 'PAYLOAD_MISMATCH'],
  ['without a size', { datasize: undefined }, 'PAYLOAD_MISMATCH'],
  ['to the place of another channel', { channel: 'invoices' }, 'PAYLOAD_MISMATCH'],
  ['to the place of another publisher', { source: 'laneway.fixture-shop.agent.clerk' }, 'PAYLOAD_MISMATCH'],
  ['to the place of another conversation', { correlationid: 'c-2' }, 'PAYLOAD_MISMATCH'],
  ['with the digest of another text', { datadigest: 'a'.repeat(64) }, 'PAYLOAD_MISMATCH'],
  ['to more than may be sent', { datasize: PAYLOAD_LIMIT_BYTES + 1 }, 'TOO_LARGE'],
])('a reference %s is refused, and nothing is read', async (_, more, code) => {
  const { envelope } = await referring(more);
  expect(() => {
    checkReference(envelope);
  }).toThrow(expect.objectContaining({ code }) as Error);
  const unread = { get: () => Promise.reject(new Error('it was read')) };
  await expect(payloadOf(envelope, unread)).rejects.toMatchObject({ code });
});

test('a text whose key ends with its digest is compared with that', async () => {
  const payloads = new MemoryPayloads();
  const key = contentKey('agent.clerk/kept=emissions/c-1', TEXT);
  await payloads.put(key, TEXT);
  expect(await contentAt(key, payloads)).toBe(TEXT);
  await payloads.put(key, '[]');
  await expect(contentAt(key, payloads)).rejects.toMatchObject({ code: 'PAYLOAD_MISMATCH' });
});

test('a payload is moved with its digest, and not when it was swapped', async () => {
  const { payloads, dataref, envelope } = await referring();
  const moved = await movedPayload(envelope, 'platform/channel=other/c-1', payloads);
  expect(moved).toMatchObject({ datadigest: envelope.datadigest, datasize: envelope.datasize });
  expect(await payloads.get(moved.dataref ?? '')).toBe(TEXT);
  await payloads.put(dataref, '{}');
  await expect(movedPayload(envelope, 'platform/channel=other/c-1', payloads)).rejects.toMatchObject({
    code: 'PAYLOAD_MISMATCH',
  });
});
