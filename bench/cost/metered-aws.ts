import { Buffer } from 'node:buffer';
import { documentClient } from '../../shared/aws/base/clients/dynamo-client.js';
import { eventBridgeClient } from '../../shared/aws/base/clients/event-bridge-client.js';
import { kmsClient } from '../../shared/aws/base/clients/kms-client.js';
import { lambdaClient } from '../../shared/aws/base/clients/lambda-client.js';
import { s3Client } from '../../shared/aws/base/clients/s3-client.js';
import { sfnClient } from '../../shared/aws/base/clients/sfn-client.js';
import { sqsClient } from '../../shared/aws/base/clients/sqs-client.js';
import { namesFromEnvironment, type PhysicalNames } from '../../shared/aws/physical-names.js';
import { ENVIRONMENT } from '../../shared/domain/base/environment.js';
import { laneUrlsOf } from '../../shared/topology/mailbox-names.js';
import type { TopologyModel } from '../../shared/topology/model.js';
import type { Meter } from './meter.js';
import { MeteredTables } from './metered-tables.js';

const CHUNK_BYTES = 65_536;

interface Command {
  readonly constructor: { readonly name: string };
  readonly input: object;
}

/** The SDK's clients of this process with nothing behind them but meters: real requests of real adapters, counted as AWS bills them. */
export class MeteredAws {
  readonly tables: MeteredTables;
  /** Bytes of objects that were put, by bucket. */
  readonly objectBytes = new Map<string, number>();

  constructor(
    private readonly meter: Meter,
    now: () => number,
  ) {
    this.tables = new MeteredTables(meter, now);
    const others = [s3Client(), sfnClient(), kmsClient(), lambdaClient()];
    const clients = [documentClient(), eventBridgeClient(), sqsClient(), ...others];
    for (const client of clients)
      Object.assign(client, { send: (command: Command) => Promise.resolve(this.#answer(command)) });
  }

  #answer({ constructor: { name }, input }: Command): object {
    switch (name) {
      case 'PutEventsCommand':
        return { Entries: this.#each(input, 'Entries', 'event', 'bus', 'Detail').map(() => ({ EventId: 'metered' })) };
      case 'SendMessageBatchCommand': {
        const { Entries } = input as {
          readonly Entries: readonly { readonly Id: string; readonly MessageBody: string }[];
        };
        // A request of up to 64 KB in all is one; each further 64 KB count as another.
        this.meter.add('queueCall', chunks(Entries.map(({ MessageBody }) => MessageBody).join('')), 'queues');
        return { Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] };
      }
      case 'SendMessageCommand':
        this.meter.add('queueCall', chunks((input as { readonly MessageBody: string }).MessageBody), 'queues');
        return {};
      case 'GetQueueAttributesCommand':
        this.meter.add('queueCall', 1);
        return {};
      case 'PutObjectCommand': {
        const { Bucket, Body } = input as { readonly Bucket: string; readonly Body: string };
        this.meter.add('objectPut', 1);
        this.objectBytes.set(Bucket, (this.objectBytes.get(Bucket) ?? 0) + Buffer.byteLength(Body));
        return {};
      }
      case 'SignCommand':
      case 'GetPublicKeyCommand':
        this.meter.add('signature', 1);
        return { Signature: Buffer.from('metered'), PublicKey: Buffer.from('metered') };
      case 'StartExecutionCommand':
      case 'SendTaskSuccessCommand':
      case 'SendTaskFailureCommand':
      case 'DescribeExecutionCommand':
        // Step Functions bills transitions, and no calls.
        return {};
      case 'ListEventSourceMappingsCommand':
      case 'GetFunctionConfigurationCommand':
        // Lambda bills invocations.
        return {};
      default:
        return this.tables.send(name, input);
    }
  }

  #each(input: object, list: string, price: 'event', part: string, body: string): readonly object[] {
    const entries = (input as Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>)[list] ?? [];
    for (const entry of entries) this.meter.add(price, chunks(entry[body] ?? ''), part);
    return entries;
  }
}

/** Parts of 64 KB that a text is billed as. */
export function chunks(text: string): number {
  return Math.max(1, Math.ceil(Buffer.byteLength(text) / CHUNK_BYTES));
}

/** Names of resources that are metered. */
export function meteredNames(model: TopologyModel, workflows: readonly string[]): PhysicalNames {
  const tables = { ledgerTable: 'ledger', pendingTable: 'pending', registryTable: 'registry', chainTable: 'chains' };
  const others = { quarantineTable: 'pending', approvalTable: 'pending', payloadBucket: 'payloads' };
  const places = {
    archiveBucket: 'archive',
    sealBucket: 'seals',
    sealKey: 'arn:aws:kms:us-east-1:123456789012:key/seal',
  };
  const like = 'https://sqs.us-east-1.amazonaws.com/123456789012/app-timers';
  const queues = { timerQueue: like, deadLetterQueue: `${like}-dead`, bus: 'bus', linkKey: 'link' };
  const known = Object.entries({ ...tables, ...others, ...places, ...queues });
  const env = Object.fromEntries(known.map(([name, value]) => [ENVIRONMENT[name as keyof typeof ENVIRONMENT], value]));
  const machine = (name: string): string => `arn:aws:states:us-east-1:123456789012:stateMachine:${name}`;
  return namesFromEnvironment(
    {
      lanes: () => laneUrlsOf(model, { prefix: 'app', like }),
      machines: () => Object.fromEntries(workflows.map((name) => [name, machine(name)])),
    },
    env,
  );
}
