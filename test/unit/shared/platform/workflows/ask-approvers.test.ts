import { keptState } from '../../../../../shared/domain/execution/kept-state.js';
import { newId } from '../../../../../shared/domain/base/ids.js';
import type { PendingRecord } from '../../../../../shared/domain/request/pending.js';
import { ApprovalRequested } from '../../../../../shared/message/system-messages.js';
import { askApprovers } from '../../../../../shared/platform/workflows/ask-approvers.js';
import { platformWorld } from '../../../../kit/stands/platform-world.js';

test('people are asked even when what is told of by reference is no longer stored', async () => {
  const world = platformWorld();
  const correlationId = newId();
  const data = { scan: 'x'.repeat(40_000), note: 'scanned' };
  const details = await keptState({ type: 'Scanned', data, correlationId }, { pass: ['scan', 'note'] }, world.payloads);
  expect(world.payloads.texts.size).toBe(1);
  world.payloads.texts.clear();
  const record: PendingRecord = {
    ...{ requestId: newId(), correlationId, messageId: newId(), attempt: 1, hops: 1 },
    ...{ type: ApprovalRequested.name, replyType: 'ApprovalDecided', deadline: '2026-11-21T12:00:00.000Z' },
    waiter: { kind: 'workflow', token: 'a token', execution: 'signing-1', step: 'sign' },
    approval: { workflow: 'signing', title: 'Sign?', details, approvers: 'boss' },
  };
  await askApprovers(record, false, { publishing: world.publishingAs('platform', 'deadlines') });
  const [asked] = world.ofType(ApprovalRequested.name);
  expect(asked?.data).toMatchObject({ details: { scan: 'by reference, 41 KB', note: 'scanned' }, approvers: 'boss' });
});
