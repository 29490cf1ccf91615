import { Duration } from 'aws-cdk-lib';
import type { LedgerRetention } from 'laneway/cdk';
import { RETENTION_DEFAULTS } from '../../infra/constructs/ledger-evidence.js';
import { smallest } from '../kit/applications/fixture-topology.js';
import { applicationOf, resourcesOf, unbundledApp, type Resource } from '../kit/stands/synthesized-application.js';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const resources = resourcesOf(applicationOf(smallest));

function bucket(all: readonly Resource[], name: string): Readonly<Record<string, unknown>> {
  return all.find(({ id, type }) => type === 'AWS::S3::Bucket' && id.startsWith(`Evidence${name}`))?.properties ?? {};
}

function lockOf(all: readonly Resource[], name: string): unknown {
  const configuration = bucket(all, name)['ObjectLockConfiguration'] as { Rule?: { DefaultRetention?: unknown } };
  return configuration?.Rule?.DefaultRetention;
}

function statements(role: string): Statement[] {
  return resources
    .filter(({ id, type }) => type === 'AWS::IAM::Policy' && id.startsWith(role))
    .flatMap(({ properties }) => (properties['PolicyDocument'] as { Statement: Statement[] }).Statement);
}

const actions = (role: string): string[] => statements(role).flatMap(({ Action }) => Action);

describe("the ledger's evidence", () => {
  it('locks seals and not the archive, keeps both for a year, and signs, where nothing else is said', () => {
    expect(lockOf(resources, 'Seals')).toEqual({ Mode: 'GOVERNANCE', Days: RETENTION_DEFAULTS.lockDays });
    expect(bucket(resources, 'Archive')['ObjectLockEnabled']).toBeUndefined();
    for (const name of ['Archive', 'Seals'])
      expect(JSON.stringify(bucket(resources, name)['LifecycleConfiguration'])).toContain('"ExpirationInDays":365');
    const [key, ...others] = resources.filter(({ type }) => type === 'AWS::KMS::Key');
    expect(key?.properties).toMatchObject({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
    expect(others).toEqual([]);
  });

  it('does what its options say', () => {
    const ledger = { archiveDays: 30, lock: 'compliance', lockDays: 7, lockArchive: true, signed: false } as const;
    const chosen = resourcesOf(applicationOf(smallest, { ledger }));
    expect([lockOf(chosen, 'Seals'), lockOf(chosen, 'Archive')]).toEqual([
      { Mode: 'COMPLIANCE', Days: 7 },
      { Mode: 'COMPLIANCE', Days: 7 },
    ]);
    expect(JSON.stringify(bucket(chosen, 'Archive')['LifecycleConfiguration'])).toContain('"ExpirationInDays":30');
    expect(chosen.filter(({ type }) => type === 'AWS::KMS::Key')).toEqual([]);
    const unlocked = resourcesOf(applicationOf(smallest, { ledger: { lock: 'none' } }));
    expect(bucket(unlocked, 'Seals')['ObjectLockEnabled']).toBeUndefined();
  });

  it('lets nobody both write lines and seal them', () => {
    const [consumer, sealer] = [actions('LedgerStreamRole'), actions('LedgerSealRole')];
    expect(consumer.filter((action) => /^(kms|s3):/.test(action))).toEqual(['s3:PutObject']);
    expect(sealer.filter((action) => /^(kms|s3):/.test(action)).sort()).toEqual([
      'kms:GetPublicKey',
      'kms:Sign',
      's3:PutObject',
    ]);
    const written = (role: string) =>
      JSON.stringify(statements(role).filter(({ Action }) => JSON.stringify(Action).includes('s3:PutObject')));
    expect(written('LedgerStreamRole')).toMatch(/EvidenceArchive/);
    expect(written('LedgerStreamRole')).not.toMatch(/EvidenceSeals/);
    expect(written('LedgerSealRole')).toMatch(/EvidenceSeals/);
    // The sealer may take parts of an earlier seal away, and no head of a chain.
    const writes = (role: string, action: string) =>
      statements(role).filter(({ Action }) => JSON.stringify(Action).includes(`dynamodb:${action}`));
    const keysOf = (found: ReturnType<typeof writes>) => JSON.stringify(found.map(({ Condition }) => Condition));
    expect(keysOf(writes('LedgerStreamRole', 'PutItem'))).toMatch(/LeadingKeys":\["head"\]/);
    expect(writes('LedgerStreamRole', 'DeleteItem')).toEqual([]);
    for (const action of ['PutItem', 'DeleteItem']) {
      expect(keysOf(writes('LedgerSealRole', action))).toMatch(/LeadingKeys":\["seal"\]/);
      expect(keysOf(writes('LedgerSealRole', action))).not.toContain('head');
    }
  });

  it('has one writer for each shard, which Lambda names', () => {
    const mapping = resources.find(
      ({ type, properties }) =>
        type === 'AWS::Lambda::EventSourceMapping' && properties['TumblingWindowInSeconds'] !== undefined,
    );
    expect(mapping?.properties).toMatchObject({
      ParallelizationFactor: 1,
      TumblingWindowInSeconds: 900,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    expect(mapping?.properties['DestinationConfig']).toBeDefined();
  });

  it('gathers changes for a minute on AWS, as long as it is told, and not at all on a local engine', () => {
    const windowOf = (ledger: LedgerRetention, context: Record<string, unknown> = {}) =>
      resourcesOf(applicationOf(smallest, { ledger }, unbundledApp(context))).find(
        ({ type, properties }) =>
          type === 'AWS::Lambda::EventSourceMapping' && properties['TumblingWindowInSeconds'] !== undefined,
      )?.properties['MaximumBatchingWindowInSeconds'];
    expect(windowOf({})).toBe(60);
    expect(windowOf({ batchingWindow: Duration.seconds(5) })).toBe(5);
    expect(windowOf({ batchingWindow: Duration.seconds(0) })).toBeUndefined();
    expect(windowOf({}, { 'laneway:engine': 'ministack' })).toBeUndefined();
    for (const window of [Duration.millis(1_500), Duration.seconds(301)])
      expect(() => windowOf({ batchingWindow: window })).toThrow(
        /ledger\.batchingWindow is[^]*whole seconds, 0 to 300/,
      );
  });

  it('tries a batch until its records leave the stream, and halves it so that one record holds up no other', () => {
    const mapping = resources.find(
      ({ type, properties }) =>
        type === 'AWS::Lambda::EventSourceMapping' && properties['TumblingWindowInSeconds'] !== undefined,
    );
    // Without a number of tries or an age, Lambda goes on for as long as the stream has the record.
    expect(Object.keys(mapping?.properties ?? {})).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^Maximum(RetryAttempts|RecordAgeInSeconds)$/)]),
    );
    expect(mapping?.properties['BisectBatchOnFunctionError']).toBe(true);
  });
});
