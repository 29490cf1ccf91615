import { DynamoDeadLetterBook } from '../../shared/aws/dynamo-dead-letter-book.js';
import { DynamoLedgerReader } from '../../shared/aws/dynamo-ledger-reader.js';
import { DynamoLedgerWriter } from '../../shared/aws/dynamo-ledger-writer.js';
import { MemoryDeadLetterBook } from '../../shared/testing/memory-dead-letter-book.js';
import { MemoryLedger } from '../../shared/testing/memory-ledger.js';
import { MemoryPayloads } from '../../shared/testing/memory-payloads.js';
import { describeOnEngine } from '../support/engine-resources.js';
import { deadLetterBookContract } from './dead-letter-book.contract.js';

describe('dead letters in memory', () => {
  deadLetterBookContract(() => {
    const ledger = new MemoryLedger(new MemoryPayloads());
    return Promise.resolve({ book: new MemoryDeadLetterBook(ledger), writer: ledger, reader: ledger });
  });
});

describeOnEngine('dead letters in DynamoDB', (resources) => {
  deadLetterBookContract(async () => {
    const { documents } = resources.clients;
    const table = await resources.ledgerTable();
    return {
      book: new DynamoDeadLetterBook(documents, table),
      writer: new DynamoLedgerWriter(documents, table),
      reader: new DynamoLedgerReader(documents, table, new MemoryPayloads()),
    };
  });
});
