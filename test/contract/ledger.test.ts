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
import { describeOnEngine } from '../kit/stands/engine-resources.js';
import { ledgerContract } from './suites/ledger.contract.js';

describe('the ledger in memory', () => {
  ledgerContract(() => {
    const payloads = new MemoryPayloads();
    const ledger = new MemoryLedger(payloads);
    return Promise.resolve({
      deliveries: new MemoryDeliveries(ledger),
      intents: new MemoryIntents(ledger, payloads),
      later: new MemoryDeferredReplies(),
      writer: ledger,
      reader: ledger,
      payloads,
    });
  });
});

describeOnEngine('the ledger in DynamoDB', (resources) => {
  ledgerContract(async () => {
    const { documents } = resources.clients;
    const table = await resources.ledgerTable();
    const payloads = new MemoryPayloads();
    return {
      deliveries: new DynamoDeliveryStore(documents, table),
      intents: new DynamoIntentStore(documents, table, payloads),
      later: new DynamoDeferredReplyStore(documents, table),
      writer: new DynamoLedgerWriter(documents, table),
      reader: new DynamoLedgerReader(documents, table, payloads),
      payloads,
    };
  });
});
