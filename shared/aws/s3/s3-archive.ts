import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { ARCHIVE_PREFIX, dayPrefix, readArchiveKey } from '../../domain/evidence/archive-key.js';
import {
  digestsBefore,
  hasRivals,
  keysAfter,
  readLines,
  settledKeys,
  textLines,
} from '../../domain/evidence/archive-objects.js';
import { comesAfter, type ArchiveLine, type ArchivePlace, type ArchiveStore } from '../../domain/evidence/archive.js';
import { defined } from '../../domain/base/defined.js';
import type { UnreadableRows } from '../../domain/form/passed-over.js';
import { unavailable } from '../base/aws-error.js';

/** Objects fetched ahead of the one that is read. */
const AHEAD = 64;

/** The archive as the ledger's stream writes it into a bucket. */
export class S3Archive implements ArchiveStore {
  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
    private readonly passedOver: UnreadableRows,
  ) {}

  async days(): Promise<string[]> {
    const days: string[] = [];
    for await (const { CommonPrefixes = [] } of this.#pages(ARCHIVE_PREFIX, '/')) {
      for (const { Prefix = '' } of CommonPrefixes) {
        const day = /day=(\d{4}-\d\d-\d\d)\/$/.exec(Prefix)?.[1];
        if (day !== undefined) days.push(day);
      }
    }
    return days.sort();
  }

  async *lines(day: string, kind?: string, after?: ArchivePlace): AsyncIterable<ArchiveLine> {
    for await (const text of this.#texts(day, [], after)) {
      const lines = readLines(text, { name: day, passedOver: this.passedOver, ...defined({ kind }) });
      yield* after === undefined ? lines : lines.filter((line) => comesAfter(line, after));
    }
  }

  async *chainLines(day: string, heads: readonly string[] = []): AsyncIterable<string> {
    for await (const text of this.#texts(day, heads)) yield* textLines(text);
  }

  async *#texts(day: string, heads: readonly string[] = [], after?: ArchivePlace): AsyncIterable<string> {
    const settled = await this.#settled(day, heads);
    const keys = after === undefined ? settled : keysAfter(settled, after);
    const ahead: Promise<string>[] = [];
    for (let next = 0, read = 0; read < keys.length; read++) {
      for (; next < keys.length && next < read + AHEAD; next++) {
        const text = this.#get(keys[next] ?? '');
        // Looked at when its turn comes; until then a failure must not end the process.
        text.catch(() => undefined);
        ahead.push(text);
      }
      yield (await ahead.shift()) ?? '';
    }
  }

  async #settled(day: string, heads: readonly string[]): Promise<string[]> {
    const keys = await this.#keys(day);
    if (!hasRivals(keys, heads)) return settledKeys(keys, heads);
    const later = await Promise.all((await this.days()).filter((other) => other > day).map((one) => this.#keys(one)));
    return settledKeys(keys, [...heads, ...digestsBefore(later.flat())]);
  }

  async #keys(day: string): Promise<string[]> {
    const keys: string[] = [];
    for await (const { Contents = [] } of this.#pages(dayPrefix(day)))
      keys.push(...Contents.flatMap(({ Key = '' }) => (readArchiveKey(Key) ? [Key] : [])));
    return keys;
  }

  async *#pages(Prefix: string, Delimiter?: string) {
    for (let ContinuationToken: string | undefined; ;) {
      const page = await this.#send(`listing ${Prefix}`, () =>
        this.client.send(new ListObjectsV2Command({ Bucket: this.bucket, Prefix, Delimiter, ContinuationToken })),
      );
      yield page;
      ContinuationToken = page.NextContinuationToken;
      if (ContinuationToken === undefined) return;
    }
  }

  async #get(Key: string): Promise<string> {
    const read = async () => {
      const answer = await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key }));
      return (await answer.Body?.transformToString('utf-8')) ?? '';
    };
    return this.#send(`reading ${Key}`, read);
  }

  async #send<Answer>(what: string, call: () => Promise<Answer>): Promise<Answer> {
    try {
      return await call();
    } catch (error) {
      throw unavailable(`${what} in bucket ${this.bucket}`, error);
    }
  }
}
