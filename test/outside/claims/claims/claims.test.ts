import assert from 'node:assert/strict';
import test from 'node:test';
import { createHarness, invoke } from 'laneway/testing';
import { appraiser } from './appraiser/agent.js';
import { letters } from './letters/agent.js';
import { AppraisePhoto, ClaimReported, PayClaim, ReleaseReservation } from './messages.js';
import { policies } from './policies/agent.js';
import { settle } from './settle.js';
import { claims } from './topology.js';
import { treasury } from './treasury/agent.js';

function office() {
  const records: string[] = [];
  const note = (line: string) => void records.push(line);
  const agents = [
    policies.with({ register: { has: () => true } }),
    letters,
    appraiser.with({ notebook: { note } }),
    treasury.with({ bank: { note } }),
  ];
  return { records, world: createHarness(claims, { agents, workflows: [settle] }) };
}

const report = { claim: 'C-1', policy: 'P-1', photos: ['bumper.jpg', 'lamp.jpg'] };

await test('a photo is appraised', async () => {
  const agent = appraiser.with({ notebook: { note: () => undefined } });
  const { reply } = await invoke(agent, AppraisePhoto, { claim: 'C-1', photo: 'door.jpg' });
  assert.deepEqual(reply, { part: 'door', cents: 40_000 });
});

await test('a small claim is paid without asking anybody', async () => {
  const { world, records } = office();
  const { correlationId } = await world.publish(ClaimReported, report);
  await world.settle();
  assert.equal(world.conversation(correlationId).endings[0]?.result, 'paid');
  assert.equal(world.conversation(correlationId).messages(PayClaim).length, 1);
  assert.deepEqual(records.toSorted(), ['C-1 bumper.jpg', 'C-1 lamp.jpg', 'paid C-1 from R-C-1', 'reserved for C-1']);
});

await test('a lapsed policy pays nothing', async () => {
  const { world } = office();
  const { correlationId } = await world.publish(ClaimReported, { ...report, policy: 'lapsed-2' });
  await world.settle();
  assert.equal(world.conversation(correlationId).endings[0]?.result, 'not covered');
});

await test('a large claim that people reject gives its reservation back', async () => {
  const { world } = office();
  const photos = ['windscreen.jpg', 'door.jpg', 'bonnet.jpg'];
  const { correlationId } = await world.publish(ClaimReported, { ...report, photos });
  await world.advance('1 hour');
  const [open] = await world.approvals();
  await world.decide(open?.requestId ?? '', 'rejected', { by: 'ann', why: 'too much' });
  await world.settle();
  assert.equal(world.conversation(correlationId).endings[0]?.result, 'Rejected');
  assert.equal(world.conversation(correlationId).messages(ReleaseReservation).length, 1);
});
