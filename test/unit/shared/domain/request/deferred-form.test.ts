import { deferredReplyFrom } from '../../../../../shared/domain/request/deferred-form.js';
import { checkReplyKey, KEY_BYTES } from '../../../../../shared/domain/request/deferred-replies.js';
import { commandAt } from '../../../../kit/stands/platform-world.js';

const command = commandAt(Date.now());
const stored = (key: string) =>
  deferredReplyFrom({ agent: 'warehouse', command: command.type, key, forgetAfter: 1, text: JSON.stringify(command) });

it.each([1, 512, 513, KEY_BYTES])('reads a put-off reply whose key has %d bytes, as it was let in', (bytes) => {
  const key = 'k'.repeat(bytes);
  expect(() => checkReplyKey(key)).not.toThrow();
  expect(stored(key).key).toBe(key);
});

it('reads none with a longer key, which nobody may put off', () => {
  const key = 'k'.repeat(KEY_BYTES + 1);
  expect(() => checkReplyKey(key)).toThrow(/put-off reply/);
  expect(() => stored(key)).toThrow(/another form/);
});
