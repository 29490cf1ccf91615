import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import {
  IdempotencyConfig,
  IdempotencyItemAlreadyExistsError,
  IdempotencyItemNotFoundError,
  IdempotencyRecordStatus,
  makeIdempotent,
} from '@aws-lambda-powertools/idempotency';
import { BasePersistenceLayer, type IdempotencyRecord } from '@aws-lambda-powertools/idempotency/persistence';
import type { Context, SQSRecord } from 'aws-lambda';
import { envelopeSchema, type Envelope } from '../../shared/domain/wire/envelope.js';
import { judgeReading, DeviceReading, TERMS, type JudgedReading, type ReceiveSide, type Sink } from './job.js';

/**
 * The records of Powertools' idempotency in memory, as its documentation says a persistence layer of one's own is made.
 * The conditions of the put are those of its own layer for DynamoDB.
 */
class MemoryPersistence extends BasePersistenceLayer {
  readonly #records = new Map<string, IdempotencyRecord>();

  protected async _putRecord(record: IdempotencyRecord): Promise<void> {
    const existing = this.#records.get(record.idempotencyKey);
    if (existing && !isOver(existing, Date.now()))
      throw new IdempotencyItemAlreadyExistsError(`there is a record of ${record.idempotencyKey}`, existing);
    this.#records.set(record.idempotencyKey, record);
    return Promise.resolve();
  }

  protected async _getRecord(key: string): Promise<IdempotencyRecord> {
    const record = this.#records.get(key);
    if (!record) throw new IdempotencyItemNotFoundError(`there is no record of ${key}`);
    return Promise.resolve(record);
  }

  protected async _updateRecord(record: IdempotencyRecord): Promise<void> {
    this.#records.set(record.idempotencyKey, record);
    return Promise.resolve();
  }

  protected async _deleteRecord(record: IdempotencyRecord): Promise<void> {
    this.#records.delete(record.idempotencyKey);
    return Promise.resolve();
  }
}

function isOver(record: IdempotencyRecord, now: number): boolean {
  if ((record.expiryTimestamp ?? Infinity) < now / 1000) return true;
  return (
    record.getStatus() === IdempotencyRecordStatus.INPROGRESS && (record.inProgressExpiryTimestamp ?? Infinity) < now
  );
}

const REMAINING_MS = 60_000;

/** Ways in which idempotency is told the key of a message; both are of its documentation. */
export const POWERTOOLS_SETUPS = {
  withJmesPath: "eventKeyJmesPath: 'id', which searches the envelope",
  withoutJmesPath: 'dataIndexArgument: 0, where the id is an argument of its own',
} as const;
type PowertoolsSetup = keyof typeof POWERTOOLS_SETUPS;

type HandleOnce = (envelope: Envelope, reading: DeviceReading) => unknown;

/** The handler, made idempotent by the id of the message. */
function handledOnce(take: Sink, setup: PowertoolsSetup, config: IdempotencyConfig): HandleOnce {
  const handle = (envelope: Envelope, reading: DeviceReading): Promise<JudgedReading> | JudgedReading => {
    const judged = judgeReading(envelope.id, reading);
    take(judged);
    return judged;
  };
  const persistenceStore = new MemoryPersistence();
  if (setup === 'withJmesPath') return makeIdempotent(handle, { persistenceStore, config });
  const byId = makeIdempotent(
    (_id: string, envelope: Envelope, reading: DeviceReading): Promise<JudgedReading> | JudgedReading =>
      handle(envelope, reading),
    { persistenceStore, config, dataIndexArgument: 0 },
  );
  return (envelope, reading) => byId(envelope.id, envelope, reading);
}

/**
 * The same job as its user writes it with Powertools: batch for the response, idempotency for duplicates, zod for
 * envelope and payload, and by hand what they have nothing for: publisher, channel, receiver, expiry, hops, dead letters.
 */
export function powertoolsSide(setup: PowertoolsSetup): ReceiveSide {
  const handled: JudgedReading[] = [];
  const expired: string[] = [];
  const deadLetters: string[] = [];
  const take: Sink = (judged) => handled.push(judged);
  const processor = new BatchProcessor(EventType.SQS);
  const config = new IdempotencyConfig(setup === 'withJmesPath' ? { eventKeyJmesPath: 'id' } : {});
  const handleOnce = handledOnce(take, setup, config);

  const handleRecord = async (record: SQSRecord): Promise<void> => {
    const read = readRecord(record.body);
    if ('reason' in read) return void deadLetters.push(`${record.messageId} ${read.reason}`);
    const { envelope } = read;
    if (Date.parse(envelope.expires) <= Date.now()) return void expired.push(envelope.id);
    if (envelope.hops >= TERMS.hopLimit) return void deadLetters.push(`${record.messageId} hop-limit`);
    const data = envelope.dataschema === TERMS.dataschema ? DeviceReading.safeParse(envelope.data) : undefined;
    if (!data?.success) return void deadLetters.push(`${record.messageId} schema`);
    await handleOnce(envelope, data.data);
  };

  return {
    async receive(event) {
      const end = Date.now() + REMAINING_MS;
      const context = { getRemainingTimeInMillis: () => end - Date.now() } as Context;
      config.registerLambdaContext(context);
      const response = await processPartialResponse(event, handleRecord, processor, {
        context,
        throwOnFullBatchFailure: false,
      });
      return response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    },
    told: () =>
      Promise.resolve({
        handled: handled.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
        expired: expired.toSorted(),
        deadLetters: deadLetters.toSorted(),
      }),
  };
}

/** The envelope of a body that is one and may be received here, or why not. */
function readRecord(body: string): { envelope: Envelope } | { reason: 'unparseable' | 'not-allowed' } {
  let event: unknown;
  try {
    event = JSON.parse(body);
  } catch {
    return { reason: 'unparseable' };
  }
  if (typeof event !== 'object' || event === null || !('detail' in event) || !('source' in event))
    return { reason: 'unparseable' };
  const parsed = envelopeSchema.safeParse(event.detail);
  if (!parsed.success) return { reason: 'unparseable' };
  const envelope = parsed.data;
  const vouched = event.source === envelope.source && 'detail-type' in event && event['detail-type'] === envelope.type;
  const allowed =
    vouched &&
    envelope.source === TERMS.source &&
    envelope.channel === TERMS.channel &&
    envelope.type === TERMS.type &&
    (envelope.receiver === undefined || envelope.receiver === TERMS.receiver);
  return allowed ? { envelope } : { reason: 'not-allowed' };
}
