import { DynamoDBDocumentClient, GetCommand, UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { namesFromEnvironment } from '../../../shared/aws/physical-names.js';
import { deliveriesPort, openPorts } from '../../../shared/aws/ports.js';
import { ENVIRONMENT } from '../../../shared/domain/base/environment.js';
import type { DeliveryRecord } from '../../../shared/domain/delivery/delivery.js';
import { newId } from '../../../shared/domain/base/ids.js';
import { itemBytes, MeteredTable } from '../../kit/oracles/write-units.js';
import { fleet, hot, VehicleTelemetryReported } from '../../kit/applications/vehicle-fleet.js';

const dynamo = mockClient(DynamoDBDocumentClient);
const names = namesFromEnvironment({}, { [ENVIRONMENT.ledgerTable]: 'ledger' });
const { deliveries: store } = openPorts(names, deliveriesPort);

/** A delivery as the handling chain writes it: a lease, then the outcome with what was emitted. */
async function writesOf(delivery: DeliveryRecord) {
  const table = new MeteredTable();
  dynamo.reset();
  dynamo.on(UpdateCommand).callsFake((input: UpdateCommandInput) => table.update(input));
  dynamo.on(GetCommand).rejects(new Error('a plain delivery reads nothing'));
  const { facts, emissions, emissionsRef, firstReceived, updated } = delivery;
  const owner = newId();
  const now = Date.parse(firstReceived);
  expect(await store.lease(delivery, facts, { owner, now, until: now + 45_000, alone: false })).toMatchObject({
    kind: 'leased',
  });
  const outcome = { state: 'completed', copy: newId(), at: Date.parse(updated), emissions } as const;
  expect(await store.settle(delivery, owner, emissionsRef === undefined ? outcome : { ...outcome, emissionsRef })).toBe(
    'stored',
  );
  return table.writes;
}

test('an item is measured by the rule of DynamoDB', () => {
  // 2 + 4, 1 + 2 (12), 1 + 3 (1234), 1 + 2 (120: two digits), 4 + 1, and a character of three bytes.
  expect(itemBytes({ pk: 'abcd', n: 12, m: 1234, o: 120, flag: true, t: '€' })).toBe(6 + 3 + 4 + 3 + 5 + 4);
  const table = new MeteredTable();
  table.update({
    TableName: 't',
    Key: { pk: 'p', sk: 's' },
    UpdateExpression: 'SET #a = :a, #f = if_not_exists(#f, :f), #n = if_not_exists(#n, :zero) + :n REMOVE #gone, #b',
    ExpressionAttributeNames: { '#a': 'a', '#f': 'f', '#n': 'n', '#gone': 'gone', '#b': 'b' },
    ExpressionAttributeValues: { ':a': 'x'.repeat(1_100), ':f': 'first', ':n': 1, ':zero': 0 },
  });
  expect(table.writes).toMatchObject([{ units: 2 }]);
  const { Attributes } = table.update({
    TableName: 't',
    Key: { pk: 'p', sk: 's' },
    UpdateExpression: 'SET #f = if_not_exists(#f, :f), #n = if_not_exists(#n, :zero) + :n REMOVE #a',
    ExpressionAttributeNames: { '#a': 'a', '#f': 'f', '#n': 'n' },
    ExpressionAttributeValues: { ':f': 'second', ':n': 1, ':zero': 0 },
  });
  expect(Attributes).toEqual({ pk: 'p', sk: 's', f: 'first', n: 2 });
  // Smaller now, and charged by what it was.
  expect(table.writes[1]).toMatchObject({ units: 2 });
});

test('a delivery of the vehicle application costs two write units as a plain hop, and never more than its outcome needs', async () => {
  const { world, answer } = fleet();
  const { correlationId } = await world.publish(VehicleTelemetryReported, hot);
  await world.advance('1 minute');
  await answer('accept');
  await world.settle();
  const rows: { type: string; receiver: string; emitted: string; bytes: number; units: number }[] = [];
  for (const entry of world.conversations().flatMap((id) => world.conversation(id).entries)) {
    if (entry.kind !== 'delivery') continue;
    expect(entry.delivery.state).toBe('completed');
    const writes = await writesOf(entry.delivery);
    // One request each for lease and outcome, and the lease within its kilobyte.
    expect(writes).toHaveLength(2);
    expect(writes[0]?.units).toBe(1);
    const bytes = writes[1]?.bytes ?? 0;
    rows.push({
      ...{ type: entry.delivery.facts.type, receiver: entry.delivery.receiver, bytes },
      emitted: entry.delivery.emissions.map(({ type }) => type).join(' ') || '-',
      units: writes.reduce((sum, { units }) => sum + units, 0),
    });
  }
  process.stdout.write(
    ['write units of one delivery (lease + outcome)', ...rows.map(line), `conversation ${correlationId}`, ''].join(
      '\n',
    ),
  );
  expect(rows.length).toBeGreaterThanOrEqual(8);
  const plain = rows.filter(({ emitted }) => emitted === '-');
  expect(plain.length).toBeGreaterThan(0);
  expect(plain.every(({ units }) => units === 2)).toBe(true);
  expect(rows.filter(({ units }) => units > 3)).toEqual([]);
});

function line({ type, receiver, emitted, bytes, units }: Record<string, string | number>): string {
  return `  ${String(units)} units  ${String(bytes).padStart(5)} B  ${String(type)} → ${String(receiver)}, emits ${String(emitted)}`;
}
