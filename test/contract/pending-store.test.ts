import { UnreadableRows } from '../../shared/domain/form/passed-over.js';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { DynamoApprovalReader } from '../../shared/aws/dynamo/dynamo-approval-reader.js';
import { DynamoPendingStore } from '../../shared/aws/dynamo/dynamo-pending-store.js';
import { DynamoHeldTimes } from '../../shared/aws/dynamo/quarantine/dynamo-held-times.js';
import { DynamoQuarantineStore } from '../../shared/aws/dynamo/quarantine/dynamo-quarantine-store.js';
import { DynamoRegistry } from '../../shared/aws/dynamo/registry/dynamo-registry.js';
import { ManualClock } from '../../shared/testing/memory/manual-clock.js';
import { MemoryRegistry } from '../../shared/testing/memory/registry/memory-registry.js';
import { registryContract } from './suites/registry.contract.js';
import { newId } from '../../shared/domain/base/ids.js';
import type { PendingRecord } from '../../shared/domain/request/pending.js';
import { requestIdOf } from '../../shared/domain/request/requester.js';
import { MemoryPending } from '../../shared/testing/memory/memory-pending.js';
import { DynamoEmergencyStore } from '../../shared/aws/dynamo/emergency/dynamo-emergency-store.js';
import { MemoryEmergencies } from '../../shared/testing/memory/emergency/memory-emergencies.js';
import { MemoryQuarantines } from '../../shared/testing/memory/memory-quarantines.js';
import { describeOnEngine } from '../kit/stands/engine-resources.js';
import { emergencyStoreContract } from './suites/emergency/emergency-store.contract.js';
import { pendingStoreContract } from './suites/pending-store.contract.js';
import { quarantineStoreContract } from './suites/quarantine-store.contract.js';

describe('MemoryPending', () => {
  pendingStoreContract(() => {
    const store = new MemoryPending();
    const spoil = (record: PendingRecord) => Promise.resolve(store.spoil(record.requestId, { ...record, attempt: -1 }));
    return Promise.resolve({ store, spoil, passedOver: () => store.unreadable.take().rows.map(({ where }) => where) });
  });
});

describeOnEngine('DynamoPendingStore', (resources) => {
  pendingStoreContract(async () => {
    const { documents } = resources.clients;
    const [TableName, unreadable] = [await resources.pendingTable(), new UnreadableRows()];
    const store = new DynamoPendingStore(documents, TableName, unreadable);
    const spoil = async ({ requestId: pk }: PendingRecord) => {
      const { Item } = await documents.send(new GetCommand({ TableName, Key: { pk } }));
      await documents.send(new PutCommand({ TableName, Item: { ...Item, attempt: -1 } }));
    };
    return { store, spoil, passedOver: () => unreadable.take().rows.map(({ where }) => where) };
  });

  it('believes no record of a waiter that its key does not name: not when it is read, due, or asks people', async () => {
    const table = await resources.pendingTable();
    const store = new DynamoPendingStore(resources.clients.documents, table, new UnreadableRows());
    const due = Date.now() + 60_000;
    const deadline = new Date(due).toISOString();
    const taken = requestIdOf('agent.thief', newId());
    const facts = { messageId: newId(), correlationId: newId(), type: 'Ask', replyType: 'Asked', hops: 0, attempt: 1 };
    const record = { ...facts, requestId: taken, deadline, waiter: { kind: 'agent', id: 'thief' } as const };
    await store.open(record);
    expect(await store.get(taken)).toEqual(record);
    const written = async (changes: Readonly<Record<string, unknown>>) => {
      const { Item } = await resources.clients.documents.send(new GetCommand({ TableName: table, Key: { pk: taken } }));
      await resources.clients.documents.send(new PutCommand({ TableName: table, Item: { ...Item, ...changes } }));
    };
    const found = async (records: AsyncIterable<{ readonly requestId: string }>): Promise<string[]> => {
      const ids = [];
      for await (const { requestId } of records) ids.push(requestId);
      return ids;
    };
    const victim = newId();
    await written({ record: JSON.stringify({ ...facts, requestId: victim }) });
    expect(await found(store.due(due - 1, due))).toEqual([taken]);
    await written({ waiter: JSON.stringify({ kind: 'workflow', token: 't', execution: 'order-1', step: 'ask' }) });
    await expect(store.get(taken)).rejects.toMatchObject({ code: 'SENDER_MISMATCH', retryable: false });
    expect(await found(store.due(due - 1, due))).toEqual([]);
    const approval = { workflow: 'order', title: 'Pay?', details: null, approvers: 'owners' };
    await written({
      record: JSON.stringify({ ...facts, approval }),
      waiter: JSON.stringify(record.waiter),
      asks: 'approval',
    });
    expect(await found(store.approvals())).not.toContain(taken);
    const reader = new DynamoApprovalReader(resources.clients.documents, table);
    await expect(reader.get(taken)).rejects.toMatchObject({ code: 'SENDER_MISMATCH' });
  });
});

describe('MemoryQuarantines', () => {
  quarantineStoreContract(() => {
    const quarantines = new MemoryQuarantines();
    return Promise.resolve({ quarantines, heldTimes: quarantines });
  });
});

// They stand in the pending table.
describeOnEngine('DynamoQuarantineStore', (resources) => {
  quarantineStoreContract(async () => {
    const { documents } = resources.clients;
    const [pending, ledger] = [await resources.pendingTable(), await resources.ledgerTable()];
    return {
      quarantines: new DynamoQuarantineStore(documents, pending, ledger),
      heldTimes: new DynamoHeldTimes(documents, ledger),
    };
  });
});

function clockedStand() {
  const clock = new ManualClock();
  return { clock, now: () => clock.now(), pass: (ms: number) => clock.advanceTo(clock.now() + ms) };
}

describe('MemoryRegistry', () => {
  registryContract(() => {
    const { clock, ...stand } = clockedStand();
    return Promise.resolve({ ...stand, registry: new MemoryRegistry(clock) });
  });
});

describeOnEngine('DynamoRegistry', (resources) => {
  registryContract(async () => {
    const { now, pass } = clockedStand();
    const table = await resources.ledgerTable();
    return { now, pass, registry: new DynamoRegistry(resources.clients.documents, table, new UnreadableRows(), now) };
  });

  it('passes over what no instance writes, and tells where it stands', async () => {
    const [table, unreadable] = [await resources.ledgerTable(), new UnreadableRows()];
    const registry = new DynamoRegistry(resources.clients.documents, table, unreadable);
    const agent = `a-${newId()}`;
    const started = new Date().toISOString();
    const facts = { application: 'shop', agent, capabilities: {}, maxConcurrentTasks: 1, started };
    const honest = await registry.register({ ...facts, instance: 'honest' });
    for (const [sk, wrong] of Object.entries({
      vain: { capabilities: { all: 7 } },
      'sk<script>': {},
      loose: { beat: -1 },
    }))
      await resources.clients.documents.send(
        new PutCommand({ TableName: table, Item: { ...honest, pk: `agent.${agent}`, sk, ...wrong } }),
      );
    expect((await registry.of(agent)).claims).toEqual([honest]);
    expect(unreadable.take().rows.map(({ where }) => where.split(' ')[1])).toEqual(['loose', 'sk<script>', 'vain']);
  });
});

describe('MemoryEmergencies', () => {
  emergencyStoreContract(() => Promise.resolve(new MemoryEmergencies()));
});

describeOnEngine('DynamoEmergencyStore', (resources) => {
  emergencyStoreContract(
    async () => new DynamoEmergencyStore(resources.clients.documents, await resources.ledgerTable()),
  );
});
