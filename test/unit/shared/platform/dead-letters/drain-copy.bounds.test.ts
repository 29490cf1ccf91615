import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, type PutCommandInput } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { DynamoLedgerWriter } from '../../../../../shared/aws/dynamo/dynamo-ledger-writer.js';
import type { DeadLetterEntry } from '../../../../../shared/domain/delivery/dead-letter.js';
import type { DeadCopy, Origin } from '../../../../../shared/platform/dead-letters/dead-copy.js';
import { drainCopy } from '../../../../../shared/platform/dead-letters/drain-copy.js';
import { commandAt, overTheBus, platformWorld } from '../../../../kit/stands/platform-world.js';

const documents = mockClient(DynamoDBDocumentClient);
const written: Record<string, unknown>[] = [];

/** Bounds of an item of DynamoDB: 400 KB, and texts that are Unicode. */
function takeItem({ Item = {} }: PutCommandInput): object {
  const texts = Object.entries(Item).flatMap(([name, value]) => [name, String(value)]);
  const refusal = texts.some((text) => /\p{Surrogate}/u.test(text))
    ? 'One or more parameter values were invalid: ill-formed text'
    : texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) > 400 * 1_024
      ? 'Item size has exceeded the maximum allowed size'
      : undefined;
  if (refusal !== undefined) throw Object.assign(new Error(refusal), { name: 'ValidationException' });
  written.push(Item);
  return {};
}

beforeEach(() => {
  documents.reset();
  documents.on(PutCommand).callsFake(takeItem);
  written.length = 0;
});

const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'eu-west-1' }));

/** A platform whose dead letters are written by the adapter of the ledger table. */
function drainWorld() {
  return { ...platformWorld(), ledger: new DynamoLedgerWriter(client, 'ledger') };
}

const MAILBOX: Origin = { kind: 'mailbox', receiver: 'warehouse' };
const PLATFORM: Origin = { kind: 'platform' };
const dead = (body: string, own: Partial<DeadCopy> = {}): DeadCopy => ({
  ...{ copy: 'c1', body, attributes: {}, origin: MAILBOX, returns: 0 },
  ...own,
});

function letterWith(own: Readonly<Record<string, unknown>>, error: Readonly<Record<string, unknown>> = {}): string {
  const world = platformWorld();
  const at = new Date(world.clock.now()).toISOString();
  return JSON.stringify({
    ...{ laneway: 'dead-letter', receiver: 'warehouse', copy: 'c0', reason: 'exhausted', tries: 3, at },
    body: overTheBus(commandAt(world.clock.now())),
    error: { code: 'HANDLER', message: 'gone', name: 'Error', retryable: true, ...error },
    ...own,
  });
}

/** Letters that were written, and the reasons of `drainCopy` for handing the copy back. */
async function drain(copy: DeadCopy): Promise<DeadLetterEntry> {
  await drainCopy(copy, drainWorld());
  expect(written).toHaveLength(1);
  return JSON.parse(String(written[0]?.['letter'])) as DeadLetterEntry;
}

describe('a dead letter that does not fit into the ledger', () => {
  it.each([
    ['500 KB of plain text', 'x'.repeat(500_000)],
    ['500 KB of control characters, each of which is six in JSON', '\u0001'.repeat(500_000)],
    ['emoji, cut in the middle of one', `parcel bady${'\u{1f69a}'.repeat(100_000)}`],
    ['half of a surrogate pair', 'parcel \ud83d'],
  ])('is written with a part of its error that says how long it was: %s', async (_what, message) => {
    const { error, signature, reason, messageId } = await drain(
      dead(letterWith({ signature: 'ill \ud83d' }, { message })),
    );
    expect(reason).toBe('exhausted');
    expect(messageId).toBeDefined();
    expect(error.message.length).toBeLessThanOrEqual(10_000);
    expect(error.message.startsWith(message.slice(0, 5))).toBe(true);
    expect(error.message.endsWith(`(cut: it has ${message.length} characters)`)).toBe(message.length > 10_000);
    expect(signature).not.toMatch(/\p{Surrogate}/u);
  });

  it('is written with the beginning of a name and of a version', async () => {
    const { error, version } = await drain(
      dead(letterWith({ version: 'v'.repeat(500_000) }, { name: 'N'.repeat(500_000) })),
    );
    expect([error.name.length, version]).toEqual([100, 'v'.repeat(256)]);
  });

  it('is written with the beginning of a target that nobody knows', async () => {
    const origin: Origin = { kind: 'undelivered' };
    const attributes = { TARGET_ARN: 'a'.repeat(300_000), ERROR_MESSAGE: 'm'.repeat(300_000) };
    const { receiver, reason } = await drain(dead('not JSON', { origin, attributes }));
    expect([receiver, reason]).toEqual(['a'.repeat(256), 'undeliverable']);
  });
});

describe('a text that only looks like a letter', () => {
  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['a receiver that no key can hold', { receiver: 'r'.repeat(3_000) }],
    ['a receiver of half a character', { receiver: '\ud83d' }],
    ['no time', { at: 'yesterday' }],
    ['a time that is a text of 500 KB', { at: '2'.repeat(500_000) }],
    ['a reason of 500 KB', { reason: 'r'.repeat(500_000) }],
    ['a copy without an id', { copy: '' }],
    ['a reference that is no text', { bodyRef: 7 }],
    ['a reference that no bucket takes', { bodyRef: 'k'.repeat(2_000) }],
    ['a negative number of tries', { tries: -1 }],
  ])('is a copy that cannot be read: %s', async (_what, own) => {
    expect((await drain(dead(letterWith(own)))).reason).toBe('unparseable');
  });
});

it('an envelope whose names no table takes is a copy that cannot be read', async () => {
  const world = platformWorld();
  const command = { ...commandAt(world.clock.now()), source: 'laneway.fixture-shop.client.\ud83d' };
  const { reason, error } = await drain(dead(JSON.stringify(command)));
  expect([reason, error.message]).toEqual(['unparseable', expect.stringMatching(/source: half of a surrogate pair/)]);
});

describe('a report of a dead letter', () => {
  it.each([
    ['refused for good is left out: the letter stands, and the copy does not come again', false],
    ['refused for now has the copy come again', true],
  ])('that is %s', async (_what, retryable) => {
    const world = platformWorld();
    const errors: string[] = [];
    const log = { ...world.log, error: (message: string) => void errors.push(message) };
    world.bus.refuse(() => ({ ok: false, retryable, code: 'Refused', message: 'too large' }));
    const drained = drainCopy(dead(letterWith({})), { ...world, log });
    if (retryable) await expect(drained).rejects.toMatchObject({ code: 'PUBLISH' });
    else {
      await drained;
      expect(errors).toEqual(['a dead letter cannot be told of']);
      expect(world.counted).toEqual(['warehouse']);
    }
    expect(await world.entries('conversation-1', 'dead-letter')).toHaveLength(1);
  });
});

describe('a run of a scheduled function that Lambda gave up', () => {
  const run = (message: string, name = 'Shop-Sweeper') =>
    JSON.stringify({
      ...{ version: '1.0', timestamp: '2026-11-29T10:00:00.000Z', requestPayload: { deep: true } },
      requestContext: {
        ...{ requestId: 'r', condition: 'RetriesExhausted', approximateInvokeCount: 3 },
        functionArn: `arn:aws:lambda:eu-west-1:1:function:${name}:$LATEST`,
      },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorType: 'LanewayError', errorMessage: message },
    });

  it('is a dead letter that names the function and its error', async () => {
    const letter = await drain(dead(run('the table is away'), { origin: PLATFORM }));
    expect(letter).toMatchObject({ receiver: 'platform', reason: 'crashed', tries: 0 });
    expect(letter.error.message).toMatch(
      /^function Shop-Sweeper failed in every try of a run: LanewayError: the table is/,
    );
  });

  it('is one letter for each day, function and cause', async () => {
    const world = platformWorld();
    const file = async (copy: string, text: string) => drainCopy(dead(text, { copy, origin: PLATFORM }), world);
    await file('c1', run('request 4711 timed out'));
    await file('c2', run('request 4712 timed out'));
    expect(world.ledger.conversationIds()).toHaveLength(1);
    await file('c3', run('the table is away'));
    await file('c4', run('the table is away', 'Shop-Supervisor'));
    expect(world.ledger.conversationIds()).toHaveLength(3);
    world.clock.advance(86_400_000);
    await file('c5', run('the table is away'));
    expect(world.ledger.conversationIds()).toHaveLength(4);
  });
});

it('no text and no attribute has the drain hand a copy back for ever', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ maxLength: 600, minLength: 200 }),
    fc.constant('\ud83d'),
  );
  const value = fc.oneof(text, fc.integer(), fc.constant(null), fc.constant('2026-11-29T10:00:00.000Z'));
  const names = [
    'receiver',
    'copy',
    'reason',
    'at',
    'bodyRef',
    'version',
    'sender',
    'tries',
    'signature',
    'body',
    'error',
  ];
  const own = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 2 });
  const error = fc.dictionary(fc.constantFrom('code', 'message', 'name', 'retryable'), value, { maxKeys: 2 });
  const origin = fc.constantFrom<Origin>(MAILBOX, PLATFORM, { kind: 'unroutable' }, { kind: 'undelivered' });
  const body = fc.oneof(
    fc.tuple(own, error).map(([parts, failure]) => letterWith(parts, failure)),
    text,
    fc
      .tuple(fc.constantFrom('source', 'type', 'channel', 'receiver', 'id'), text)
      .map(([name, given]) => JSON.stringify({ ...commandAt(0), [name]: given })),
  );
  await fc.assert(
    fc.asyncProperty(
      body,
      origin,
      fc.dictionary(fc.constantFrom('TARGET_ARN', 'ERROR_CODE'), text),
      async (...given) => {
        const [copy, from, attributes] = given;
        await drainCopy(dead(copy, { origin: from, attributes, returns: 3 }), drainWorld());
      },
    ),
    { numRuns: 150, endOnFailure: true },
  );
});
