import { deliveryId } from '../../shared/domain/evidence/conversation.js';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { DeliveryKey } from '../../shared/domain/delivery/delivery.js';
import type { Envelope } from '../../shared/domain/wire/envelope.js';
import { deliveryItemKey, ledgerPartition } from '../../shared/aws/dynamo/ledger-item.js';
import { UnreadableRows } from '../../shared/domain/form/passed-over.js';
import { DynamoDeliveryStore } from '../../shared/aws/dynamo/dynamo-delivery-store.js';
import { DynamoIntentStore } from '../../shared/aws/dynamo/dynamo-intent-store.js';
import { DynamoDeferredReplyStore } from '../../shared/aws/dynamo/dynamo-deferred-reply-store.js';
import { DynamoLedgerReader } from '../../shared/aws/dynamo/dynamo-ledger-reader.js';
import { DynamoLedgerWriter } from '../../shared/aws/dynamo/dynamo-ledger-writer.js';
import { MemoryDeliveries } from '../../shared/testing/memory/memory-deliveries.js';
import { MemoryIntents } from '../../shared/testing/memory/memory-intents.js';
import { MemoryDeferredReplies } from '../../shared/testing/memory/memory-deferred-replies.js';
import { MemoryLedger } from '../../shared/testing/memory/memory-ledger.js';
import { MemoryPayloads } from '../../shared/testing/memory/memory-payloads.js';
import { ledgerWriters } from '../../shared/domain/evidence/ledger-writers.js';
import { describeOnEngine } from '../kit/stands/engine-resources.js';
import { ledgerContract } from './suites/ledger.contract.js';

const NOBODY = { agents: {}, clients: {}, ingress: {} };

describe('the ledger in memory', () => {
  ledgerContract(() => {
    const payloads = new MemoryPayloads();
    const ledger = new MemoryLedger(payloads);
    const intents = new MemoryIntents(ledger, payloads);
    return Promise.resolve({
      deliveries: new MemoryDeliveries(ledger),
      intents,
      deferredReplies: new MemoryDeferredReplies(),
      writer: ledger,
      reader: ledger,
      payloads,
      passedOver: () => ledger.unreadable.take().rows.map(({ where }) => where),
      spoilMessage: async (envelope: Envelope) => {
        intents.spoil(envelope, { half: true });
        ledger.spoil(envelope.correlationid, `agent.asker#m#${envelope.id}`, { kind: 'message', at: '', half: true });
        return Promise.resolve();
      },
      spoilDelivery: async (key: DeliveryKey) => {
        const delivery = { ...ledger.peekDelivery(key), state: 'lost' };
        ledger.spoil(key.correlationId, deliveryId(key), { kind: 'delivery', at: '', delivery });
        return Promise.resolve();
      },
    });
  });
});

describeOnEngine('the ledger in DynamoDB', (resources) => {
  ledgerContract(async () => {
    const { documents } = resources.clients;
    const table = await resources.ledgerTable();
    const payloads = new MemoryPayloads();
    const unreadable = new UnreadableRows();
    const change = async (Key: { readonly pk: string; readonly sk: string }, name: string, value: unknown) => {
      const update = { UpdateExpression: 'SET #name = :value', ExpressionAttributeNames: { '#name': name } };
      const values = { ExpressionAttributeValues: { ':value': value } };
      await documents.send(new UpdateCommand({ TableName: table, Key, ...update, ...values }));
    };
    return {
      passedOver: () => unreadable.take().rows.map(({ where }) => where.split(' ').at(-1) ?? ''),
      spoilMessage: ({ id, correlationid }: Envelope) =>
        change({ pk: ledgerPartition('agent.asker', correlationid), sk: `m#${id}` }, 'envelope', '{'),
      spoilDelivery: (key: DeliveryKey) => change(deliveryItemKey(key), 'state', 'lost'),
      deliveries: new DynamoDeliveryStore(documents, table, unreadable),
      intents: new DynamoIntentStore(documents, table, payloads, unreadable),
      deferredReplies: new DynamoDeferredReplyStore(documents, table),
      writer: new DynamoLedgerWriter(documents, table),
      reader: new DynamoLedgerReader(
        documents,
        table,
        payloads,
        [...ledgerWriters(NOBODY), 'agent.asker', 'client.asker', 'agent.first', 'agent.second'],
        unreadable,
      ),
      payloads,
    };
  });
});
