import { createAgent } from 'laneway/agent';
import { contentKey } from '../../../shared/domain/delivery/claim-check.js';
import type { Envelope } from '../../../shared/domain/wire/envelope.js';
import { approvalLinks } from '../../../shared/domain/request/approval-link.js';
import { redriveDeadLetter } from '../../../shared/operator/dead-letters/redrive-dead-letter.js';
import { drainCopy } from '../../../shared/platform/dead-letters/drain-copy.js';
import { MemoryDeadLetterBook } from '../../../shared/testing/memory/memory-dead-letter-book.js';
import { MemoryIntents } from '../../../shared/testing/memory/memory-intents.js';
import { MemoryLinkSigner } from '../../../shared/testing/memory/memory-link-signer.js';
import { agentStand } from '../../kit/stands/agent-stand.js';
import { ADA } from '../../kit/stands/operator-stand.js';
import { purchases } from '../../kit/applications/purchase-topology.js';

// A link decides an approval, so that whoever reads a dead letter would decide.

/** The mailer that cannot send its mail, and says to whom; its dead letters are drained, whatever way they came. */
async function mailing(details: string) {
  const signer = new MemoryLinkSigner();
  const until = Date.UTC(2027, 0, 1);
  const link = await approvalLinks('https://x.example', purchases.name, signer).linkTo({
    approval: 'a-1',
    round: 1,
    until,
  });
  const trouble = { mailed: [] as (string | undefined)[], broken: true };
  const mailer = createAgent(purchases, 'mailer').handle({
    ApprovalRequested: ({ data }) => {
      if (trouble.broken) throw new Error(`no mail server takes ${data.link}`);
      trouble.mailed.push(data.link);
    },
  });
  const stand = agentStand(mailer.with({}));
  const { clock, deliveries, lane, ledger, payloads, services } = stand;
  const asked = {
    ...{
      approval: 'a-1',
      workflow: 'first',
      execution: 'first-1',
      step: 'boss',
      title: 'Buy?',
      details,
      escalated: false,
    },
    ...{ approvers: 'team leads', deadline: new Date(clock.now() + 3_600_000).toISOString(), link },
  };
  const source = `laneway.${purchases.name}.platform.dispatcher`;
  const envelope = stand.envelope('ApprovalRequested', asked, { source });
  const returns = { put: ({ body }: { readonly body: string }) => Promise.resolve(void lane.send(body)) };
  const publishing = {
    ...{ topology: purchases, name: 'dead-letters', clock, intents: new MemoryIntents(ledger, payloads), payloads },
    ...{ kind: 'platform' as const, senders: services.senders },
  };
  const drain = (body: string, attributes = {}) =>
    drainCopy(
      { copy: 'd-1', body, attributes, returns: 0, origin: { kind: 'mailbox', receiver: 'mailer' } },
      {
        ...{ topology: purchases, clock, payloads, ledger, publishing, deliveries, returns, laneUrls: {}, starts: {} },
        ...{ intents: publishing.intents, pending: stand.pending, count: () => undefined, log: services.log },
      },
    );
  /** All that is stored. */
  const kept = () =>
    JSON.stringify([ledger.peekConversation('conversation-1'), [...payloads.texts.entries()], stand.pending]);
  const book = new MemoryDeadLetterBook(ledger);
  const operator = {
    ...{ topology: purchases, clock, book, deliveries, payloads, returns },
    pause: async () => Promise.resolve(),
  };
  return { ...stand, trouble, code: link.slice(-43), envelope, drain, kept, book, operator };
}

test.each([
  ['short', 'one chair'],
  // With its body quoted, it is over the megabyte that a queue takes.
  ['too big for a queue', 'x'.repeat(999_500)],
])(
  'a dead letter that is %s holds no link, in its text and its error, and its redrive says that it is gone',
  async (_, details) => {
    const own = await mailing(details);
    own.deliver(own.envelope);
    for (let round = 0; round < 12; round++) {
      await own.receive();
      own.clock.advance(120_000);
    }
    const [letter] = own.letters();
    expect(letter).toMatchObject({ receiver: 'mailer', reason: 'exhausted' });
    await own.drain(JSON.stringify(letter));
    expect(JSON.stringify(letter)).not.toContain(own.code);
    expect(own.kept()).toContain('(link not shown)');
    expect(own.kept()).not.toContain(own.code);

    own.trouble.broken = false;
    const [entry] = await all(own.book);
    if (!entry) throw new Error('it is in the book');
    const redriven = await redriveDeadLetter(entry, ADA, { vouch: true }, own.operator);
    expect(redriven).toMatchObject({ result: 'sent', why: expect.stringMatching(/link .* gone/) as string });
    await own.receive();
    expect(own.trouble.mailed).toEqual([undefined]);
  },
);

test('a copy that AWS moved to a dead letter queue is stored without its link', async () => {
  const own = await mailing('one chair');
  const { source, type } = own.envelope;
  await own.drain(
    JSON.stringify({ id: 'event', source, 'detail-type': type, detail: { ...own.envelope, type: 'Unknown' } }),
  );
  await own.drain(`no JSON, but ${JSON.stringify(own.envelope)}`);
  expect(own.payloads.texts.size).toBeGreaterThan(0);
  expect(own.kept()).not.toContain(own.code);
});

test('a text that a receiver put aside with its link is kept without it', async () => {
  const own = await mailing('one chair');
  own.deliver(own.envelope);
  for (let round = 0; round < 12; round++) {
    await own.receive();
    own.clock.advance(120_000);
  }
  const [letter] = own.letters();
  const { source, type } = own.envelope;
  const text = JSON.stringify({ id: 'event', source, 'detail-type': type, detail: own.envelope });
  const bodyRef = contentKey('agent.mailer/kept=letters/aside', text);
  await own.payloads.put(bodyRef, text);
  await own.drain(JSON.stringify({ ...letter, body: '', bodyRef }));
  const [entry] = await all(own.book);
  expect(entry?.bodyRef).not.toBe(bodyRef);
  expect(await own.payloads.get(entry?.bodyRef ?? '')).toContain('(link not shown)');
});

test('a link at the end of a line leaves JSON that can be read, and redriven', async () => {
  const own = await mailing('see below:\n');
  const { data } = own.envelope as { data: { link: string } };
  const below = data.link.replace('https://x.example/', '\n');
  own.deliver({ ...own.envelope, data: { ...data, details: below } });
  for (let round = 0; round < 12; round++) {
    await own.receive();
    own.clock.advance(120_000);
  }
  await own.drain(JSON.stringify(own.letters()[0]));
  const [entry] = await all(own.book);
  expect(own.kept()).not.toContain(own.code);
  expect(entry?.messageId).toBe(own.envelope.id);
  const body = JSON.parse(await own.payloads.get(entry?.bodyRef ?? '')) as { detail: Envelope };
  expect(body.detail.data).toMatchObject({ details: '\n(link not shown)' });
});

test.each([
  ['inline', ''],
  ['by reference', 'x'.repeat(300_000)],
])('an agent that passes a link on sends and stores its message without it, %s', async (_, padding) => {
  const { envelope, code } = await mailing('');
  const { link } = envelope.data as { link: string };
  const buyer = createAgent(purchases, 'buyer').handle({
    Act: () => ({ ticket: `${padding}\n${link}` }),
    Undo: () => ({ ticket: '' }),
  });
  const own = agentStand(buyer.with({}));
  const about = { replyto: 'purchase.done', requestid: 'platform.r-1', source: envelope.source };
  own.deliver(own.envelope('Act', { purchase: 'p', what: 'w' }, about));
  await own.receive();
  const texts = [...own.payloads.texts.values()];
  const held = JSON.stringify([texts, await own.ledger.conversation('conversation-1'), own.bus.published]);
  expect(held).toContain('(link not shown)');
  expect(held).not.toContain(code);
});

async function all(book: MemoryDeadLetterBook) {
  const found = [];
  for await (const letter of book.all()) found.push(letter);
  return found;
}
