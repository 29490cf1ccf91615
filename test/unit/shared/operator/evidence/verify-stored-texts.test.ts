import type { Emission } from '../../../../../shared/domain/delivery/delivery.js';
import type { LedgerEntry } from '../../../../../shared/domain/evidence/conversation.js';
import type { ArchiveRecord } from '../../../../../shared/domain/evidence/archive.js';
import { contentKey } from '../../../../../shared/domain/delivery/claim-check.js';
import { PAYLOAD_DAYS } from '../../../../../shared/domain/evidence/retention.js';
import { verifyLedger, type Verification } from '../../../../../shared/operator/evidence/verify-ledger.js';
import { MemoryPayloads } from '../../../../../shared/testing/memory/memory-payloads.js';
import { change, LedgerStand, type MemoryExport } from '../../../../kit/stands/ledger-evidence.js';
import { envelopeAt } from '../../../../kit/stands/platform-world.js';

const AT = '2026-11-20T10:00:00.000Z';
const DAY_MS = 86_400_000;

/** Key that an entry of each kind refers to, and the text that was stored. */
const PAYLOAD = JSON.stringify({ order: 'o-1', lines: ['a', 'b'] });
const EMITTED = JSON.stringify({ reply: 'x'.repeat(50) });
const LIST = JSON.stringify([
  { id: 'e-1', type: 'OrderPlaced', dataref: contentKey('agent.clerk/channel=orders/c-1', EMITTED) },
]);
const INLINE = JSON.stringify({ inline: true });
const BODY = '{"detail-type":"OrderPlaced"}';

const KEYS = {
  payload: contentKey('agent.clerk/channel=orders/c-1', PAYLOAD),
  list: contentKey('agent.clerk/kept=emissions/c-1/m-2/owner', LIST),
  emitted: contentKey('agent.clerk/channel=orders/c-1', EMITTED),
  inline: contentKey('agent.clerk/channel=orders/c-1', INLINE),
  body: contentKey('platform/kept=letters/l-1', BODY),
};

function entriesWith(keys: typeof KEYS): LedgerEntry[] {
  const { entry } = change(2);
  if (entry.kind !== 'delivery') throw new Error('the stand changes deliveries');
  const { data: _data, ...envelope } = envelopeAt(Date.parse(AT), 'OrderPlaced', {}, { dataref: keys.payload });
  const emission: Emission = {
    ...{
      id: 'e-2',
      type: 'OrderPlaced',
      dataschema: 'urn:laneway:OrderPlaced:1',
      channel: 'orders',
      priority: 'normal' as const,
    },
    ...{ time: AT, expires: AT, dataref: keys.inline, expected: [] },
  };
  return [
    { kind: 'message', at: AT, intent: { envelope, expected: [] } },
    { ...entry, delivery: { ...entry.delivery, emissionsRef: keys.list } },
    { ...entry, delivery: { ...entry.delivery, messageId: 'm-3', emissions: [emission] } },
    {
      kind: 'dead-letter',
      at: AT,
      deadLetter: {
        ...{
          id: 'l-1',
          correlationId: 'c-1',
          receiver: 'clerk',
          reason: 'exhausted',
          signature: 's',
          tries: 3,
          at: AT,
        },
        error: { code: 'HANDLER', message: 'gone', name: 'Error', retryable: true },
        bodyRef: keys.body,
      },
    },
  ];
}

async function exported(keys = KEYS): Promise<{ files: MemoryExport; payloads: MemoryPayloads }> {
  const stand = new LedgerStand();
  const records = entriesWith(keys).map((entry, index) => ({ ...change(index + 1), entry }));
  await stand.append('shard-1', ...records);
  await stand.seal();
  const payloads = new MemoryPayloads();
  const texts = [PAYLOAD, LIST, EMITTED, INLINE, BODY];
  for (const [index, key] of [keys.payload, keys.list, keys.emitted, keys.inline, keys.body].entries())
    await payloads.put(key, texts[index] ?? '');
  return { files: (await stand.export()).files, payloads };
}

const verified = (files: MemoryExport, payloads: MemoryPayloads, daysLater = 1): Promise<Verification> =>
  verifyLedger(files, { stored: { payloads, keptDays: PAYLOAD_DAYS, now: Date.parse(AT) + daysLater * DAY_MS } });

describe('what the entries of an export refer to', () => {
  it('is compared with what was stored: payloads, emissions, payloads of emissions, and bodies of dead letters', async () => {
    const { files, payloads } = await exported();
    expect(await verified(files, payloads)).toMatchObject({
      ...{ ok: true, findings: [], stored: { whole: 5, expired: 0, notCovered: 0 } },
    });
    expect((await verifyLedger(files)).stored).toBeUndefined();
  });

  it.each(Object.entries(KEYS))('is named when it was overwritten, and when it is missing: %s', async (_name, key) => {
    const { files, payloads } = await exported();
    const was = payloads.texts.get(key) ?? '';
    await payloads.put(key, was.replace(/.$/, ' $&'));
    const overwritten = await verified(files, payloads);
    expect(overwritten.findings).toMatchObject([
      {
        file: 'day=2026-11-20/chain.jsonl',
        chain: 'shard-1',
        what: expect.stringContaining(`'${key}' of the payload`) as string,
      },
    ]);
    expect([overwritten.ok, overwritten.findings[0]?.what]).toEqual([false, expect.stringMatching(/overwritten$/)]);
    payloads.texts.delete(key);
    const missing = await verified(files, payloads);
    expect(missing.findings).toMatchObject([{ what: expect.stringContaining(`has no '${key}'`) as string }]);
    // After its retention it may be gone.
    expect(await verified(files, payloads, PAYLOAD_DAYS)).toMatchObject({ ok: true, stored: { expired: 1 } });
  });

  it('is said not to be covered where the entry is of an earlier version', async () => {
    const { files, payloads } = await exported({
      ...{ payload: 'payloads/c-1/m-1.json', list: 'emissions/c-1/m-2/clerk/owner.json', emitted: KEYS.emitted },
      ...{ inline: 'payloads/c-1/e-2.json', body: 'dead-letters/l-1' },
    });
    await payloads.put('payloads/c-1/m-1.json', 'another text');
    expect(await verified(files, payloads)).toMatchObject({ ok: true, stored: { whole: 1, notCovered: 4 } });
  });

  it('that cannot be read for now ends the verification', async () => {
    const { files } = await exported();
    const away = { get: () => Promise.reject(new Error('the bucket is away')) };
    const stored = { payloads: away, keptDays: PAYLOAD_DAYS, now: Date.parse(AT) };
    await expect(verifyLedger(files, { stored })).rejects.toThrow('the bucket is away');
  });
});

it('an entry nested deeper than any stack is archived, exported and verified', async () => {
  let deep: unknown = 'end';
  for (let level = 0; level < 50_000; level++) deep = { a: [deep] };
  const stand = new LedgerStand();
  const { entry } = change(1);
  const nested: object = { ...change(1), entry: { ...entry, deep } };
  await stand.append('shard-1', nested as ArchiveRecord, change(2));
  await stand.seal();
  const { files } = await stand.export();
  expect(await verified(files, new MemoryPayloads())).toMatchObject({ ok: true, entries: 3, findings: [] });
});
