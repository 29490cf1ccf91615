import { canBeId } from '../../../../../shared/domain/base/ids.js';
import { keptPlace, keysOf, replyPlace, writerPlace } from '../../../../../shared/domain/wire/payload-keys.js';

const parts = [
  writerPlace('orders', 'agent.clerk', 'c'),
  replyPlace('client.web', 'platform', 'c'),
  keptPlace('agent.clerk', 'emissions', 'c', 'm', 'o'),
].map((place) => place.split('/')[1] ?? '');

test('a key begins with its writer, whose keys are below one prefix', () => {
  expect(writerPlace('orders', 'agent.clerk', 'c')).toBe('agent.clerk/channel=orders/c');
  expect(replyPlace('client.web', 'platform', 'c')).toBe('platform/replies=client.web/c');
  expect(keptPlace('agent.clerk', 'letters')).toBe('agent.clerk/kept=letters');
  expect(keysOf('agent.clerk')).toBe('agent.clerk/*');
});

test.each(parts)('no conversation and no message can be called %s', (part) => {
  expect(canBeId(part)).toBe(false);
  expect(canBeId(`unparsed#${part}`)).toBe(false);
});
