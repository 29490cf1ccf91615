import { isPublished } from '../../../../../shared/platform/dead-letters/is-published.js';
import { deliveryKeyOf, envelopeOf, factsOf } from '../../../../../shared/domain/delivery/delivery.js';
import { behindHandling } from '../../../../../shared/domain/delivery/lineage.js';
import type { Envelope } from '../../../../../shared/domain/wire/envelope.js';
import { anEmission } from '../../../../kit/generators/sample-messages.js';
import { envelopeAt, platformWorld } from '../../../../kit/stands/platform-world.js';

async function recorded(own: Partial<Envelope> = {}, data: unknown = { order: '1' }) {
  const world = platformWorld();
  const envelope = envelopeAt(world.clock.now(), 'OrderPlaced', data, { tenant: 'north', ...own });
  await world.intents.record([{ envelope, expected: ['clerk'] }], 0);
  return { world, envelope };
}

test('a message that its publisher recorded is published, whenever it is sent', async () => {
  const { world, envelope } = await recorded();
  expect(await isPublished(envelope, world)).toBe(true);
  const later = { ...envelope, expires: new Date(1).toISOString(), time: new Date(1).toISOString(), traceparent: 't' };
  expect(await isPublished(later, world)).toBe(true);
});

test.each([
  { id: 'other' },
  { correlationid: 'other' },
  { source: 'laneway.fixture-shop.client.other' },
  { source: 'com.example' },
  { data: { order: '2' } },
  { dataref: 'elsewhere' },
  { tenant: 'south' },
  { tenant: undefined },
  { actor: 'ada' },
  { requestid: 'r' },
  { hops: 1 },
  { path: 'abcd' },
  { receiver: 'warehouse' },
] as const)('another one is not: %j', async (change) => {
  const { world, envelope } = await recorded();
  expect(await isPublished({ ...envelope, ...change }, world)).toBe(false);
});

test('one whose record refers to its long payload is, and not with another payload', async () => {
  const { world, envelope } = await recorded({}, { order: 'x'.repeat(40_000) });
  expect(await isPublished(envelope, world)).toBe(true);
  expect(await isPublished({ ...envelope, data: { order: 'y' } }, world)).toBe(false);
});

test('the platform sends credentials that it does not record; nobody else may add to a payload', async () => {
  const source = 'laneway.fixture-shop.platform.dispatcher';
  const added = { order: '1', link: 'secret' };
  const platform = await recorded({ source });
  expect(await isPublished({ ...platform.envelope, data: added }, platform.world)).toBe(true);
  expect(await isPublished({ ...platform.envelope, data: { order: '2', link: 's' } }, platform.world)).toBe(false);
  const client = await recorded();
  expect(await isPublished({ ...client.envelope, data: added }, client.world)).toBe(false);
});

test('what an agent published stands in the outcome of the handling that caused it', async () => {
  const { world, envelope: parent } = await recorded();
  const key = deliveryKeyOf(parent, 'clerk');
  const emission = anEmission();
  await world.deliveries.settleUnleased(key, factsOf(parent), {
    ...{ state: 'completed', copy: 'c', at: world.clock.now(), emissions: [emission] },
  });
  const sent = envelopeOf(emission, behindHandling(parent, 'clerk'), 'laneway.fixture-shop.agent.clerk');
  expect(await isPublished(sent, world)).toBe(true);
  for (const change of [
    { data: { forged: true } },
    { hops: 0 },
    { receiver: 'warehouse-2' },
    { requestid: 'agent.clerk:other' },
    { source: 'laneway.fixture-shop.agent.warehouse' },
    { causationid: undefined },
  ])
    expect([change, await isPublished({ ...sent, ...change }, world)]).toEqual([change, false]);
});
