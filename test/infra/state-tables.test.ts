import { smallest } from '../kit/applications/fixture-topology.js';
import { applicationOf, resourcesOf } from '../kit/stands/synthesized-application.js';

interface Index {
  readonly IndexName: string;
  readonly KeySchema: readonly { readonly AttributeName: string; readonly KeyType: string }[];
}

test('the ledger is indexed by due hour and by dead letters, the pending requests by due hour and by open approvals, the registry by nothing', () => {
  const tables = resourcesOf(applicationOf(smallest)).filter(({ type }) => type === 'AWS::DynamoDB::GlobalTable');
  const indexes = Object.fromEntries(
    tables.map(({ id, properties }) => [
      id.replace(/[0-9A-F]{8}$/, ''),
      ((properties['GlobalSecondaryIndexes'] ?? []) as Index[]).map(({ IndexName, KeySchema }) => [
        IndexName,
        ...KeySchema.map(({ AttributeName }) => AttributeName),
      ]),
    ]),
  );
  expect(indexes).toEqual({
    Ledger: [
      ['due', 'dueHour', 'dueAt'],
      ['letters', 'letterPartition', 'letterAt'],
    ],
    Pending: [
      ['due', 'dueHour', 'dueAt'],
      ['approvals', 'asks', 'dueAt'],
    ],
    Instances: [],
    EvidenceChains: [],
  });
});
