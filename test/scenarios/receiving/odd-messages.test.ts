import * as z from 'zod';
import { createAgent } from 'laneway/agent';
import { event, older } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import { LanewayError } from '../../../shared/domain/base/errors.js';
import { payloadPlace, putText } from '../../../shared/domain/delivery/claim-check.js';
import { agentStand } from '../../kit/stands/agent-stand.js';
import { parcels } from '../../kit/applications/parcel-topology.js';

const desk = () =>
  createAgent(parcels, 'desk').handle({ ParcelArrived: () => undefined, ParcelWeighed: () => undefined });

describe('names that every JavaScript object has', () => {
  it.each(['constructor', 'toString', '__proto__'])('channel %s is a dead letter at once', async (channel) => {
    const stand = agentStand(desk().with({}));
    stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }, { channel, receiver: 'desk' }));
    expect(await stand.receive()).toEqual([]);
    expect(stand.letters()).toMatchObject([{ reason: 'not-allowed', error: { code: 'UNKNOWN_CHANNEL' } }]);
  });

  it.each(['agent', 'client', 'ingress'])('a %s named constructor may publish nothing', async (kind) => {
    const stand = agentStand(desk().with({}));
    const source = `laneway.parcels.${kind}.constructor`;
    stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }, { source }));
    expect(await stand.receive()).toEqual([]);
    expect(stand.letters()).toMatchObject([{ reason: 'not-allowed', error: { code: 'NOT_DECLARED' } }]);
  });
});

describe('a message that claims to be of the agent that receives it', () => {
  it('is a dead letter when the bus says that it is not', async () => {
    const stand = agentStand(desk().with({}));
    const envelope = stand.envelope('ParcelArrived', { parcel: 'p' }, { source: 'laneway.parcels.agent.desk' });
    stand.deliver(envelope, { source: 'laneway.parcels.client.gate' });
    expect(await stand.receive()).toEqual([]);
    expect(stand.letters()).toMatchObject([{ reason: 'not-allowed', error: { code: 'SENDER_MISMATCH' } }]);
    // Whoever wrote it may have made the id up: no delivery is settled.
    expect(await stand.record(envelope.id)).toBeUndefined();
  });

  it('is a dead letter when it is of the agent of that name in another application', async () => {
    const stand = agentStand(desk().with({}));
    stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }, { source: 'laneway.other.agent.desk' }));
    await stand.receive();
    expect(stand.letters()).toMatchObject([{ reason: 'not-allowed', error: { code: 'NOT_DECLARED' } }]);
  });
});

describe('a payload that can never be read', () => {
  const Counted = event('Counted', z.object({ count: z.number() }), {
    version: 2,
    accepts: [
      older(1, z.object({ counts: z.array(z.number()) }), () => {
        throw new TypeError('this upgrade was never tried out');
      }),
    ],
  });
  const counting = defineTopology('counting', {
    channels: { counts: { carries: [Counted] } },
    agents: { counter: { subscribes: ['counts'] } },
    clients: { gate: { publishes: [Counted] } },
  });

  it('is a dead letter when the upgrade from its version throws, not a message that comes again for ever', async () => {
    const stand = agentStand(
      createAgent(counting, 'counter')
        .handle({ Counted: () => undefined })
        .with({}),
    );
    stand.deliver(stand.envelope('Counted', { counts: [1] }, { dataschema: 'urn:laneway:Counted:1' }));
    expect(await stand.receive()).toEqual([]);
    expect(stand.letters()).toMatchObject([{ reason: 'schema' }]);
  });

  it('is a dead letter when what its claim check refers to is no JSON', async () => {
    const stand = agentStand(desk().with({}));
    const { data: _data, ...envelope } = stand.envelope('ParcelArrived', {});
    const reference = await putText(payloadPlace(envelope), '{"parcel":', stand.payloads);
    stand.deliver({ ...envelope, ...reference });
    expect(await stand.receive()).toEqual([]);
    expect(stand.letters()).toMatchObject([{ reason: 'unparseable' }]);
  });
});

test.each(['CANCELLED', 'LEASE_LOST'] as const)("a handler's own %s is a failure like any other", async (code) => {
  const agent = createAgent(parcels, 'desk').handle({
    ParcelArrived: () => {
      throw new LanewayError(code, 'said the handler', { retryable: false });
    },
    ParcelWeighed: () => undefined,
  });
  const stand = agentStand(agent.with({}));
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }));
  await stand.receive();
  expect(stand.letters()).toMatchObject([{ error: { code }, reason: 'permanent' }]);
  expect(await stand.record('ParcelArrived-1')).toMatchObject({ state: 'dead-lettered' });
});
