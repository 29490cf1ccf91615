import { deliveryKeyOf } from '../../../shared/domain/delivery/delivery.js';
import { redriveDeadLetter } from '../../../shared/operator/dead-letters/redrive-dead-letter.js';
import type { OperatorServices } from '../../../shared/operator/operator-services.js';
import { ADA } from '../../kit/stands/operator-stand.js';
import { bank, bankWorld, busShaped, RatesChanged } from '../../kit/attacks/bank-world.js';

/** A bank in which the desk waits for the vault, which tries again in ten minutes. */
async function waiting() {
  const one = bankWorld();
  one.trouble.vault = 'the key is stuck';
  await one.harness.publish(RatesChanged, { sum: 5 }, { as: 'head' });
  await one.harness.advance('10 seconds');
  const [command] = one.moves();
  if (!command) throw new Error('the desk asked for nothing');
  const state = async () => (await one.world.pending.get(command.requestid ?? ''))?.outcome?.state ?? 'open';
  expect(await state()).toBe('open');
  const operator: OperatorServices = { ...one.world.ports, topology: bank, pause: () => Promise.resolve() };
  return { ...one, command, state, operator, before: one.world.bus.published.length };
}

test('a dead letter of another agent is set aside: it ends no request, and nothing is sent or told', async () => {
  const { bury, letter, letters, command, state, harness, world, before, heard } = await waiting();
  bury('clerk', letter('vault', busShaped(command)));
  await harness.advance('10 seconds');
  expect(await state()).toBe('open');
  expect(world.bus.published).toHaveLength(before);
  expect(heard).not.toContain('desk: failed HANDLER');
  expect(await letters()).toMatchObject([
    {
      ...{ receiver: 'clerk', reason: 'not-allowed', error: { code: 'SENDER_MISMATCH' } },
      correlationId: expect.stringMatching(/^unparsed#/) as string,
    },
  ]);
});

test('a dead letter in an agent’s own name fails no request that was put to another', async () => {
  const { bury, letter, command, state, harness, heard } = await waiting();
  bury('clerk', letter('clerk', busShaped(command)));
  bury('clerk', letter('clerk', JSON.stringify(command)));
  bury('clerk', letter('vault', JSON.stringify(command), { sender: 'clerk', reason: 'refused' }));
  bury(
    'clerk',
    letter('vault', JSON.stringify({ ...command, source: 'laneway.bank.agent.clerk' }), { sender: 'clerk' }),
  );
  bury('clerk', busShaped(command));
  const handled = busShaped({ ...command, receiver: 'clerk' });
  bury('clerk', handled);
  bury('clerk', letter('clerk', handled));
  await harness.advance('10 seconds');
  expect(await state()).toBe('open');
  expect(heard.filter((line) => line.startsWith('desk: failed'))).toEqual([]);
});

test('the agent that was asked may fail the request by its dead letter, as it always could', async () => {
  const { bury, letter, command, state, harness, heard } = await waiting();
  bury('vault', letter('vault', busShaped(command)));
  await harness.advance('10 seconds');
  expect(await state()).toBe('failed');
  expect(heard).toContain('desk: failed HANDLER');
});

test('a request for a workflow in an agent’s dead letter fails no step', async () => {
  const { bury, letter, command, envelope, state, harness } = await waiting();
  const forged = envelope({ name: 'WorkflowRequested' }, 'head', {
    ...{ source: 'laneway.bank.platform.dispatcher', channel: 'workflow.requests' },
    correlationid: command.correlationid,
    data: { workflow: 'w', parent: { requestId: command.requestid } },
  });
  bury('clerk', letter('clerk', busShaped(forged)));
  await harness.advance('10 seconds');
  expect(await state()).toBe('open');
});

test('a dead letter settles no delivery of another agent, whatever id its message has', async () => {
  const { bury, letter, command, harness, world } = await waiting();
  const own = { ...command, source: 'laneway.bank.agent.clerk' };
  bury('clerk', letter('vault', JSON.stringify(own), { sender: 'clerk', reason: 'refused' }));
  await harness.advance('10 seconds');
  const key = deliveryKeyOf(command, 'vault');
  expect(await world.deliveries.get(key)).toMatchObject({ state: 'retrying' });
});

test('a text that only its receiver vouches for is not redriven as its sender’s, unless the operator answers for it', async () => {
  const { bury, letter, letters, envelope, harness, heard, operator } = await waiting();
  bury('clerk', letter('clerk', busShaped(envelope(RatesChanged, 'head'))));
  await harness.advance('10 seconds');
  const [forged] = await letters();
  if (!forged) throw new Error('no dead letter');
  const refused = await redriveDeadLetter(forged, ADA, {}, operator);
  expect(refused).toMatchObject({
    result: 'skipped',
    why: expect.stringMatching(/only 'clerk' says that laneway.bank.client.head sent it/) as string,
  });
  await harness.advance('10 seconds');
  expect(heard).not.toContain('clerk: rates 1000000 of laneway.bank.client.head');
  expect(await redriveDeadLetter(forged, ADA, { vouch: true }, operator)).toMatchObject({ result: 'sent' });
  await harness.advance('10 seconds');
  expect(heard).toContain('clerk: rates 1000000 of laneway.bank.client.head');
  const noted = harness.conversation(forged.correlationId).entries.filter(({ kind }) => kind === 'operator');
  expect(noted).toMatchObject([{ operator: { action: 'redrive', by: ADA.by, vouched: true } }]);
});

test('what its sender recorded is redriven; another payload, or other attributes, under the same id are not', async () => {
  const { bury, letter, letters, harness, heard, operator, trouble, world } = await waiting();
  trouble.clerk = 'no ink';
  await harness.publish(RatesChanged, { sum: 7 }, { as: 'head' });
  await harness.advance('10 seconds');
  await harness.advance('10 minutes');
  const [own] = await letters();
  expect(own).toMatchObject({ receiver: 'clerk', reason: 'exhausted', vouched: true });
  const sent = world.bus.published.find(({ data }) => (data as { sum?: number }).sum === 7);
  if (!own || !sent) throw new Error('no dead letter');
  for (const [index, change] of [{ data: { sum: 8 } }, { actor: 'the director' }, { requestid: 'r' }].entries()) {
    const correlationid = `other-${index}`;
    bury('clerk', letter('clerk', busShaped({ ...sent, ...change })));
    bury('clerk', letter('clerk', busShaped({ ...sent, correlationid })));
    await harness.advance('10 seconds');
    const changed = (await letters()).filter(({ correlationId }) => correlationId === correlationid);
    expect(changed).toMatchObject([{ receiver: 'clerk' }]);
    expect(changed[0]).not.toHaveProperty('vouched');
  }
  trouble.clerk = '';
  expect(await redriveDeadLetter(own, ADA, { expiresIn: 3_600_000 }, operator)).toMatchObject({ result: 'sent' });
  await harness.advance('10 seconds');
  expect(heard).toContain('clerk: rates 7 of laneway.bank.client.head');
});

test('a copy that SQS did not move goes back into no lane on its agent’s word', async () => {
  const { bury, envelope, letters, harness, heard } = await waiting();
  bury('clerk', busShaped(envelope(RatesChanged, 'head')));
  await harness.advance('10 seconds');
  expect(heard).not.toContain('clerk: rates 1000000 of laneway.bank.client.head');
  expect(await letters()).toMatchObject([{ receiver: 'clerk', reason: 'crashed' }]);
});
