import { UnreadableRows } from '../../shared/domain/form/passed-over.js';
import { DynamoDeadLetterBook } from '../../shared/aws/dynamo/dynamo-dead-letter-book.js';
import { DynamoLedgerReader } from '../../shared/aws/dynamo/dynamo-ledger-reader.js';
import { DynamoLedgerWriter } from '../../shared/aws/dynamo/dynamo-ledger-writer.js';
import { MemoryDeadLetterBook } from '../../shared/testing/memory/memory-dead-letter-book.js';
import { MemoryLedger } from '../../shared/testing/memory/memory-ledger.js';
import { MemoryPayloads } from '../../shared/testing/memory/memory-payloads.js';
import { ledgerWriters } from '../../shared/domain/evidence/ledger-writers.js';
import { describeOnEngine } from '../kit/stands/engine-resources.js';
import { deadLetterBookContract } from './suites/dead-letter-book.contract.js';

const NOBODY = { agents: {}, clients: {}, ingress: {} };

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
      book: new DynamoDeadLetterBook(documents, table, new UnreadableRows()),
      writer: new DynamoLedgerWriter(documents, table),
      reader: new DynamoLedgerReader(
        documents,
        table,
        new MemoryPayloads(),
        ledgerWriters(NOBODY),
        new UnreadableRows(),
      ),
    };
  });
});
