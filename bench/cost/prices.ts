/** One price: US dollars for so many units. */
export interface ListPrice {
  readonly usd: number;
  /** Units that the price is for. */
  readonly per: number;
  readonly unit: string;
  readonly source: string;
}

const MILLION = 1_000_000;
const AWS = 'aws.amazon.com';

/** Region and day of the list. */
export const PRICE_LIST = { region: 'us-east-1', asOf: '2026-10-04' } as const;

/** List prices without free tiers. All of `bench cost` is priced from here. */
export const PRICES = {
  event: { usd: 1, per: MILLION, unit: 'event of 64 KB', source: `${AWS}/eventbridge/pricing` },
  queueCall: { usd: 0.4, per: MILLION, unit: 'SQS request of 64 KB', source: `${AWS}/sqs/pricing` },
  invocation: { usd: 0.2, per: MILLION, unit: 'invocation', source: `${AWS}/lambda/pricing` },
  gigabyteSecond: { usd: 13.3334, per: MILLION, unit: 'GB-second, arm64', source: `${AWS}/lambda/pricing` },
  writeUnit: { usd: 0.625, per: MILLION, unit: 'write unit, on demand', source: `${AWS}/dynamodb/pricing/on-demand` },
  readUnit: { usd: 0.125, per: MILLION, unit: 'read unit, on demand', source: `${AWS}/dynamodb/pricing/on-demand` },
  objectPut: { usd: 5, per: MILLION, unit: 'S3 PUT', source: `${AWS}/s3/pricing` },
  logByte: { usd: 0.5, per: 2 ** 30, unit: 'byte of logs', source: `${AWS}/cloudwatch/pricing` },
  trace: { usd: 5, per: MILLION, unit: 'trace recorded', source: `${AWS}/xray/pricing` },
  transition: { usd: 25, per: MILLION, unit: 'transition, Standard', source: `${AWS}/step-functions/pricing` },
  signature: { usd: 15, per: MILLION, unit: 'KMS request, ECC key', source: `${AWS}/kms/pricing` },
  tableByteMonth: { usd: 0.25, per: 2 ** 30, unit: 'byte of a table, a month', source: `${AWS}/dynamodb/pricing` },
  backupByteMonth: { usd: 0.2, per: 2 ** 30, unit: 'byte of recovery, a month', source: `${AWS}/dynamodb/pricing` },
  objectByteMonth: { usd: 0.023, per: 2 ** 30, unit: 'byte of an object, a month', source: `${AWS}/s3/pricing` },
  logByteMonth: { usd: 0.03, per: 2 ** 30, unit: 'byte of logs, a month', source: `${AWS}/cloudwatch/pricing` },
  keyMonth: { usd: 1, per: 1, unit: 'KMS key, a month', source: `${AWS}/kms/pricing` },
  alarmMonth: { usd: 0.1, per: 1, unit: 'alarm, a month', source: `${AWS}/cloudwatch/pricing` },
  metricMonth: { usd: 0.3, per: 1, unit: 'metric of our own, a month', source: `${AWS}/cloudwatch/pricing` },
  dashboardMonth: { usd: 3, per: 1, unit: 'dashboard, a month', source: `${AWS}/cloudwatch/pricing` },
} as const satisfies Readonly<Record<string, ListPrice>>;

export type PriceName = keyof typeof PRICES;

/**
 * Facts of AWS that no port tells. Times are taken long: what runs side by side in a batch is counted one after the other.
 */
export const ASSUMED = {
  /** Milliseconds of an agent's function for each message. */
  agentMs: 50,
  /** Milliseconds of a platform function for each copy or step. */
  platformMs: 40,
  /** Milliseconds of the archive's function for a batch. */
  archiveMs: 60,
  /** Milliseconds of a start of a process, which Lambda bills as any other (since August 2025). */
  coldMs: 300,
  /** Milliseconds without an invocation after which a function starts anew. */
  idleMs: 300_000,
  /** Milliseconds of a scheduled function that finds nothing to do. */
  scheduledMs: 300,
  /** Share of invocations whose trace is recorded beyond the first in each second (X-Ray, default sampling rule). */
  traceShare: 0.05,
  /** Copies, or changes, that a function receives at once. */
  archiveBatch: 100,
  /** Pollers of an event source mapping on a queue that is empty, and the seconds that each waits. */
  pollers: 5,
  pollSeconds: 20,
  /** Hours of a month. */
  monthHours: 730,
} as const;
