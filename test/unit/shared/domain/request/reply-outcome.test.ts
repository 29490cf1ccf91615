import { CLAIM_CHECK_BYTES } from '../../../../../shared/domain/delivery/claim-check.js';
import { INLINE_REPLY_BYTES, replyOutcome } from '../../../../../shared/domain/request/reply-outcome.js';
import { MemoryPayloads } from '../../../../../shared/testing/memory/memory-payloads.js';
import { anEnvelope } from '../../../../kit/generators/sample-messages.js';

/** Bytes that an item of DynamoDB may have (quotas, "Item size"). */
const ITEM_BYTES = 409_600;

test.each([
  [100, false],
  [INLINE_REPLY_BYTES + 1, true],
  [CLAIM_CHECK_BYTES, true],
])('a reply of %i bytes fits into the item of its request beside a command and an undoing', async (bytes, isStored) => {
  const payloads = new MemoryPayloads();
  const data = { text: 'x'.repeat(bytes) };
  const outcome = await replyOutcome(anEnvelope({ data }), { writer: 'platform', at: 0 }, payloads);
  // A command, and the command that undoes it, may each be as long as an envelope holds.
  expect(Buffer.byteLength(JSON.stringify(outcome)) + CLAIM_CHECK_BYTES).toBeLessThan(ITEM_BYTES * 0.9);
  expect(outcome.dataref === undefined).toBe(!isStored);
  if (outcome.dataref !== undefined) expect(JSON.parse(await payloads.get(outcome.dataref))).toEqual(data);
});
