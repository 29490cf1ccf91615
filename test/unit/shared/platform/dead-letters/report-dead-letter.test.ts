import { createAgent } from 'laneway/agent';
import type { DeadLetterEntry } from '../../../../../shared/domain/delivery/dead-letter.js';
import { reportDeadLetter } from '../../../../../shared/platform/dead-letters/report-dead-letter.js';
import { agentStand } from '../../../../kit/stands/agent-stand.js';
import { parcels } from '../../../../kit/applications/parcel-topology.js';
import { commandAt, platformWorld } from '../../../../kit/stands/platform-world.js';

function entryOf(messageId: string, correlationId: string): DeadLetterEntry {
  return {
    ...{ id: 'letter', correlationId, messageId, receiver: 'warehouse', reason: 'permanent', signature: 's' },
    error: { code: 'PERMANENT', message: 'no', name: 'Error', retryable: false },
    ...{ tries: 1, at: '2026-01-01T00:00:00.000Z', bodyRef: 'dead-letters/letter' },
  };
}

test.each(['ErrorReported', 'RequestFailed'])(
  '%s that the bus refuses does not keep the other from being told',
  async (type) => {
    const world = platformWorld();
    const command = commandAt(world.clock.now());
    world.bus.refuse((envelope) =>
      envelope.type === type ? { ok: false, retryable: false, code: 'NotAuthorized', message: 'no' } : undefined,
    );
    const report = reportDeadLetter(entryOf(command.id, command.correlationid), command, true, world.publishing);
    await expect(report).rejects.toMatchObject({ code: 'REFUSED' });
    expect(world.bus.published.map((envelope) => envelope.type)).toEqual(
      ['RequestFailed', 'ErrorReported'].filter((other) => other !== type),
    );
  },
);

test('reports name no role and no table of the account, nor what is known besides, which the sender need not know', async () => {
  const world = platformWorld();
  const command = commandAt(world.clock.now());
  const entry = entryOf(command.id, command.correlationid);
  const message =
    'arn:aws:sts::123456789012:assumed-role/clerk/f may not write arn:aws:dynamodb:eu:123456789012:table/t\n  known: others';
  await reportDeadLetter({ ...entry, error: { ...entry.error, message } }, command, true, world.publishing);
  for (const type of ['RequestFailed', 'ErrorReported'])
    expect(world.ofType(type)).toMatchObject([{ data: { message: '(an ARN) may not write (an ARN)' } }]);
});

test("the system's messages about what was refused at the hop limit still arrive, and no further", async () => {
  const { hopLimit } = parcels.model;
  const auditor = createAgent(parcels, 'auditor').handle({ otherwise: () => undefined });
  const stand = agentStand(auditor.with({}));
  const report = {
    type: 'WeighParcel',
    id: 'x',
    receiver: 'scales',
    reason: 'hop-limit',
    code: 'HOP_LIMIT',
    message: 'm',
  };
  for (const hops of [hopLimit, hopLimit + 1, hopLimit + 2]) {
    const source = 'laneway.parcels.platform.dead-letters';
    const own = { id: `report-${hops}`, source, channel: 'system.errors', hops };
    stand.deliver(stand.envelope('ErrorReported', { ...report, tries: 1 }, own));
  }
  await stand.receive();
  expect(await stand.record(`report-${hopLimit + 1}`)).toMatchObject({ state: 'completed' });
  expect(await stand.record(`report-${hopLimit + 2}`)).toMatchObject({ state: 'dead-lettered' });
  expect(stand.letters()).toMatchObject([{ error: { code: 'HOP_LIMIT' } }]);
});
