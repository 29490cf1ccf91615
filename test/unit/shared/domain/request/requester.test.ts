import { canBeId } from '../../../../../shared/domain/base/ids.js';
import { mayWait, requesterOf, requestIdOf } from '../../../../../shared/domain/request/requester.js';

test('the id of a request names the agent or the client that made it', () => {
  expect(requestIdOf('agent.clerk', 'm-1')).toBe('agent.clerk:m-1');
  expect(requesterOf('agent.clerk:m-1')).toBe('agent.clerk');
  expect(requesterOf('client.web-shop:a:b')).toBe('client.web-shop');
});

test('a request of the platform has the id of its message', () => {
  for (const requester of [undefined, 'platform', 'approval', 'ingress.mail'])
    expect(requestIdOf(requester, 'm-1')).toBe('m-1');
  expect([requesterOf('m-1'), requesterOf('saga#order-1'), requesterOf('agents.clerk:m-1')]).toEqual([
    ...[undefined, undefined, undefined],
  ]);
});

test('a long id of a message makes no id that is too long, and the same one each time', () => {
  const id = requestIdOf('agent.clerk', 'm'.repeat(128));
  expect(canBeId(id)).toBe(true);
  expect(id).toBe(requestIdOf('agent.clerk', 'm'.repeat(128)));
  expect(id).not.toBe(requestIdOf('agent.clerk', 'n'.repeat(128)));
  expect(requesterOf(id)).toBe('agent.clerk');
});

test('a waiter waits for requests of its own alone', () => {
  const workflow = { kind: 'workflow', token: 't', execution: 'e', step: 's' } as const;
  expect(mayWait({ kind: 'agent', id: 'clerk' }, 'agent.clerk:1')).toBe(true);
  expect(mayWait({ kind: 'agent', id: 'clerk' }, 'agent.thief:1')).toBe(false);
  expect(mayWait({ kind: 'agent', id: 'clerk' }, '1')).toBe(false);
  expect([mayWait(workflow, '1'), mayWait(workflow, 'agent.thief:1')]).toEqual([true, false]);
  expect(mayWait({ kind: 'saga', execution: 'e' }, 'client.thief:1')).toBe(false);
  expect([mayWait({ kind: 'client' }, 'client.web:1'), mayWait({ kind: 'client' }, 'agent.thief:1')]).toEqual([
    ...[true, false],
  ]);
});
