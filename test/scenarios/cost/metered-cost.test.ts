import { defineWorkflow, type WorkflowDefinition } from 'laneway/workflow';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { bytesOfExecution, bytesOfState } from '../../../bench/cost/log-bytes.js';
import { Meter, sumOf } from '../../../bench/cost/meter.js';
import { MeteredTables } from '../../../bench/cost/metered-tables.js';
import { MeteredWorld } from '../../../bench/cost/metered-world.js';
import { shadowPorts } from '../../../bench/cost/shadow-ports.js';
import { CHAIN, Begun } from '../../../bench/cost/scenes.js';

const NOW = Date.UTC(2026, 5, 3, 11);

function tables() {
  const meter = new Meter();
  return { meter, tables: new MeteredTables(meter, () => NOW) };
}

describe('a table is metered by the rules of DynamoDB', () => {
  test('a write costs a unit for each KB begun, of the larger of the item before and after', () => {
    const { meter, tables: metered } = tables();
    const big = { pk: 'p', sk: 's', text: 'x'.repeat(1_100) };
    metered.send('PutCommand', { TableName: 't', Item: big });
    expect(meter.count('ledger', 'writeUnit')).toBe(2);
    metered.send('PutCommand', { TableName: 't', Item: { pk: 'p', sk: 's', text: 'small', gone: undefined } });
    expect(meter.count('ledger', 'writeUnit')).toBe(4);
    metered.send('DeleteCommand', { TableName: 't', Key: { pk: 'p', sk: 's' } });
    expect(meter.count('ledger', 'writeUnit')).toBe(5);
  });

  test('an index costs the same again for an item that it holds, and twice where its key moves', () => {
    const { meter, tables: metered } = tables();
    const item = { pk: 'p', sk: 's', dueHour: 'a', dueAt: '1' };
    metered.send('PutCommand', { TableName: 't', Item: item });
    expect(meter.count('ledger', 'writeUnit')).toBe(2);
    metered.send('PutCommand', { TableName: 't', Item: { ...item, dueAt: '2' } });
    expect(meter.count('ledger', 'writeUnit')).toBe(5);
    metered.send('PutCommand', { TableName: 't', Item: { pk: 'p', sk: 's' } });
    expect(meter.count('ledger', 'writeUnit')).toBe(7);
  });

  test('a read costs half a unit for each 4 KB begun, a consistent one a whole, and so does one that finds nothing', () => {
    const { meter, tables: metered } = tables();
    metered.send('GetCommand', { TableName: 't', Key: { pk: 'p' } });
    expect(meter.count('ledger', 'readUnit')).toBe(0.5);
    metered.send('PutCommand', { TableName: 't', Item: { pk: 'p', text: 'x'.repeat(5_000) } });
    metered.send('GetCommand', { TableName: 't', Key: { pk: 'p' }, ConsistentRead: true });
    expect(meter.count('ledger', 'readUnit')).toBe(2.5);
  });

  test('an update does what its expression says, and the stream brings what has changed', () => {
    const { tables: metered } = tables();
    const update = {
      TableName: 'ledger',
      Key: { pk: 'p', sk: 's' },
      UpdateExpression: 'SET #a = :a, #f = if_not_exists(#f, :f), #n = if_not_exists(#n, :zero) + :n REMOVE #gone',
      ExpressionAttributeNames: { '#a': 'a', '#f': 'f', '#n': 'n', '#gone': 'gone' },
      ExpressionAttributeValues: { ':a': 'now', ':f': 'first', ':n': 1, ':zero': 0 },
    };
    metered.send('PutCommand', { TableName: 'ledger', Item: { pk: 'p', sk: 's', n: 4, gone: 'x' } });
    const { Attributes } = metered.send('UpdateCommand', update) as { Attributes: object };
    expect(Attributes).toEqual({ pk: 'p', sk: 's', a: 'now', f: 'first', n: 5 });
    expect(unmarshall(marshall(metered.changes.at(-1)?.after ?? {}))).toEqual(Attributes);
    // The same again changes nothing but the number.
    metered.send('PutCommand', { TableName: 'ledger', Item: Attributes as Readonly<Record<string, unknown>> });
    expect(metered.changes).toHaveLength(2);
  });
});

/** Counts of a world in which so many messages of a client were handled, ten at once. */
async function handled(times: number): Promise<Meter> {
  const world = new MeteredWorld(CHAIN);
  for (let at = 0; at < times; at += 1) await world.harness.publish(Begun, { text: 'text', then: 'nothing' });
  await world.harness.advance('1 minute');
  await world.close();
  return world.meter;
}

test('ten messages of a client cost what their calls are', async () => {
  const [meter, idle] = [await handled(10), await handled(0)];
  const count = (part: string, price: Parameters<Meter['add']>[0]): number =>
    meter.count(part, price) - idle.count(part, price);
  expect(count('bus', 'event')).toBe(10);
  // Ten copies sent by the bus; one receipt, one acknowledgement, one change of visibility.
  expect(count('queues', 'queueCall')).toBe(13);
  expect(count('functions', 'invocation')).toBe(1);
  expect(count('functions', 'gigabyteSecond')).toBeCloseTo(10 * 0.5 * 0.05, 6);
  // An intent stands in the table and in its index; a delivery is a lease and an outcome. One in 32 is counted besides.
  expect(count('ledger', 'writeUnit')).toBeGreaterThanOrEqual(40);
  expect(count('ledger', 'writeUnit')).toBeLessThanOrEqual(45);
  // 30 changes are one object, whose chain begins with a list of the other chains' heads.
  expect(count('archive', 'objectPut')).toBe(1);
  expect(count('archive', 'writeUnit')).toBe(1);
  expect(count('logs', 'logByte')).toBeGreaterThan(3_000);
});

test('a message after a pause pays for the start of a process, and one soon after another does not', async () => {
  const coldOf = async (...pauses: readonly `${number} minutes`[]): Promise<number> => {
    const world = new MeteredWorld(CHAIN);
    for (const pause of pauses) {
      await world.harness.advance(pause);
      await world.harness.publish(Begun, { text: 'text', then: 'nothing' });
    }
    await world.harness.advance('1 minute');
    return world.meter.count('cold starts', 'gigabyteSecond');
  };
  expect(await coldOf('1 minutes', '4 minutes')).toBe(0);
  expect(await coldOf('10 minutes', '4 minutes', '10 minutes')).toBeCloseTo(2 * 0.5 * 0.3, 6);
});

test('a look at all agents is an invocation, asks for the counts of their lanes, and writes down each', async () => {
  const world = new MeteredWorld(CHAIN);
  await world.watch();
  world.meter.clear();
  await world.watch();
  const count = (price: Parameters<Meter['add']>[0]): number => world.meter.count('schedules', price);
  expect(count('invocation')).toBe(1);
  const lanes = CHAIN.topology.model.agents;
  expect(count('queueCall')).toBeGreaterThanOrEqual(Object.keys(lanes).length);
  expect(count('writeUnit')).toBe(Object.keys(lanes).length);
  expect(count('readUnit')).toBeGreaterThan(0);
});

test('a call that no adapter has is refused, and costs not nothing in silence', () => {
  const ports = { pauses: { recent: () => Promise.resolve(1) } };
  shadowPorts(ports as unknown as Parameters<typeof shadowPorts>[0], { pauses: {} });
  expect(() => ports.pauses.recent()).toThrow("no adapter on AWS has 'pauses.recent'");
});

test('each state of a workflow is a transition, and lines of its log', async () => {
  const paused = defineWorkflow(CHAIN.topology, 'paused', { startedBy: Begun }, (flow) => {
    flow.wait('pause', '1 second');
    flow.complete('done');
  });
  const lines = async (workflows: readonly WorkflowDefinition[]): Promise<Meter> => {
    const world = new MeteredWorld({ ...CHAIN, workflows });
    await world.harness.publish(Begun, { text: 'text', then: 'nothing' });
    await world.harness.advance('1 minute');
    return world.meter;
  };
  const [meter, less] = [await lines([paused]), await lines([])];
  const types = Object.entries(paused.asl.States).map(([name, { Type }]) => [name, Type] as const);
  expect(meter.count('workflows', 'transition')).toBe(types.length);
  const states = types.reduce((sum, [name, type]) => sum + bytesOfState(name, type), 0);
  expect(states).toBeGreaterThan(types.length * 500);
  expect(meter.count('logs', 'logByte') - less.count('logs', 'logByte')).toBeGreaterThan(states + bytesOfExecution());
});

test('a bill is the difference of two measurements, by the list', () => {
  const [meter, less] = [new Meter(), new Meter()];
  meter.add('event', 30, 'bus');
  less.add('event', 10, 'bus');
  less.add('trace', 10, 'traces');
  const parts = meter.parts(10, 1_000_000, less);
  expect(parts).toMatchObject([
    { part: 'bus', count: 2_000_000, usd: 2 },
    { part: 'traces', count: -1_000_000, usd: -5 },
  ]);
  expect(sumOf(parts)).toBe(-3);
});
