import { createAgent } from 'laneway/agent';
import type { Envelope } from '../../../shared/domain/wire/envelope.js';
import { bankWorld, busShaped, ChequeScanned, MoveMoney } from '../../kit/attacks/bank-world.js';
import { parcels } from '../../kit/applications/parcel-topology.js';
import { agentStand } from '../../kit/stands/agent-stand.js';

/** A bank whose clerk sends any text to where its role may send: into the direct lanes of the vault. */
function taken() {
  const one = bankWorld();
  const direct = one.world.lanes.queue('vault', 'normal', true);
  if (!direct) throw new Error('no direct channel leads to the vault');
  return { ...one, send: (text: string): void => void direct.send(text) };
}

test('an event in a lane of direct channels came over no bus, whatever it says: it is a dead letter', async () => {
  const { envelope, send, harness, heard, letters } = taken();
  const command = envelope(MoveMoney, 'head', { receiver: 'vault', requestid: 'client.head:m', replyto: 'MoneyMoved' });
  send(busShaped(command));
  await harness.advance('10 seconds');
  expect(heard).toEqual([]);
  expect(await letters()).toMatchObject([
    { receiver: 'vault', reason: 'not-allowed', error: { code: 'SENDER_MISMATCH' } },
  ]);
});

test('it takes nothing from the message whose id it made up', async () => {
  const { envelope, send, harness, heard, world } = taken();
  const genuine = envelope(MoveMoney, 'head', { receiver: 'vault', data: { sum: 3 } });
  send(busShaped({ ...genuine, data: { sum: 1_000_000 } }));
  await harness.advance('10 seconds');
  await world.bus.publish([genuine]);
  await harness.advance('10 seconds');
  expect(heard).toEqual(['vault: move 3 for laneway.bank.client.head']);
});

test('an envelope of a direct channel is handled from there, and from nowhere else', async () => {
  const { envelope, send, harness, heard, world, letters } = taken();
  send(JSON.stringify(envelope(ChequeScanned, 'clerk', { data: { sum: 4 } })));
  await harness.advance('10 seconds');
  expect(heard).toEqual(['vault: cheque 4 of laneway.bank.agent.clerk']);
  world.lanes.queue('vault', 'normal')?.send(JSON.stringify(envelope(ChequeScanned, 'clerk', { data: { sum: 5 } })));
  await harness.advance('10 seconds');
  expect(heard).toHaveLength(1);
  expect(await letters()).toMatchObject([{ error: { code: 'SENDER_MISMATCH' } }]);
});

test('agents that no direct channel leads to have no such lane, and the vault has both kinds', () => {
  const { world } = taken();
  const direct = (agent: string) => [...world.lanes.lanes(agent).keys()].map((key) => key.startsWith('direct-'));
  expect(new Set(direct('vault'))).toEqual(new Set([true, false]));
  expect([...direct('clerk'), ...direct('desk')]).not.toContain(true);
});

test('a message whose envelope the bus contradicts settles no delivery: it may have made up the id', async () => {
  const agent = createAgent(parcels, 'auditor').handle({ otherwise: () => undefined });
  const stand = agentStand(agent.with({}));
  const forged: Envelope = stand.envelope('ParcelArrived', { parcel: 'p' }, { id: 'made-up' });
  stand.deliver(forged, { source: 'laneway.parcels.agent.desk' });
  await stand.receive();
  expect(stand.letters()).toMatchObject([{ error: { code: 'SENDER_MISMATCH' } }]);
  expect(await stand.record('made-up')).toBeUndefined();
});

test('a copy of a direct lane that SQS gave up goes back as what it is', async () => {
  const { bury, envelope, harness, heard, letters } = taken();
  bury('vault', busShaped(envelope(MoveMoney, 'head', { receiver: 'vault' })));
  bury('vault', JSON.stringify(envelope(ChequeScanned, 'clerk')));
  await harness.advance('10 seconds');
  expect(heard).toEqual([]);
  expect((await letters()).map(({ reason }) => reason)).toEqual(['crashed', 'crashed']);
});
