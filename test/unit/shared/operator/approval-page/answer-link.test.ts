import { approvalLinks } from '../../../../../shared/domain/request/approval-link.js';
import { answerLink, type PageRequest } from '../../../../../shared/operator/approval-page/answer-link.js';
import { MemoryBus } from '../../../../../shared/testing/memory/memory-bus.js';
import { MemoryDeadLetterBook } from '../../../../../shared/testing/memory/memory-dead-letter-book.js';
import { MemoryIntents } from '../../../../../shared/testing/memory/memory-intents.js';
import { MemoryLedger } from '../../../../../shared/testing/memory/memory-ledger.js';
import { MemoryLinkSigner } from '../../../../../shared/testing/memory/memory-link-signer.js';
import { MemoryPayloads } from '../../../../../shared/testing/memory/memory-payloads.js';
import { purchases } from '../../../../kit/applications/purchase-topology.js';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const END = NOW + 3_600_000;

async function page(given: Record<string, unknown> = {}) {
  const payloads = new MemoryPayloads();
  const ledger = new MemoryLedger(payloads);
  const clock = { now: () => NOW };
  const signer = new MemoryLinkSigner();
  const links = approvalLinks('', purchases.name, signer);
  const path = await links.linkTo({ approval: 'a-1', round: 1, until: END });
  const approval = {
    workflow: 'buy',
    title: '<script>alert(1)</script>',
    details: { why: '</dd><b>', n: 1 },
    approvers: 'A & B',
  };
  const record = {
    ...{
      requestId: 'a-1',
      correlationId: 'c-1',
      messageId: 'm-1',
      type: 'ApprovalRequested',
      replyType: 'ApprovalDecided',
    },
    ...{ deadline: new Date(END).toISOString(), attempt: 1, hops: 1, approval, ...given },
  };
  const bus = new MemoryBus();
  const services = {
    ...{ topology: purchases, clock, linkSigner: signer, book: new MemoryDeadLetterBook(ledger) },
    approvals: { get: (id: string) => Promise.resolve(id === 'a-1' ? record : undefined) },
    publishing: {
      ...{ topology: purchases, clock, payloads, kind: 'platform' as const, name: 'approval-page' },
      ...{ intents: new MemoryIntents(ledger, payloads), senders: { bus } },
    },
  };
  const ask = (request: Partial<PageRequest>) => answerLink({ method: 'GET', path, ...request }, services);
  return { ask, path, links, ledger };
}

const form = { method: 'POST', contentType: 'application/x-www-form-urlencoded; charset=UTF-8' };

test('what others wrote is text on the page, never markup; nothing is loaded or run', async () => {
  const { ask } = await page();
  const { body, headers } = await ask({});
  expect(body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(body).toContain('&lt;/dd&gt;&lt;b&gt;');
  expect(body).toContain('A &amp; B');
  expect(body.match(/<script|<b>|<img|href=|src=/g)).toBeNull();
  expect(headers['content-security-policy']).toMatch(
    /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
  );
  for (const labelled of ['<html lang="en">', '<label for="reason">', 'id="reason"', '<h1>'])
    expect(body).toContain(labelled);
});

test('GET and HEAD look, POST with a form decides, all else is refused', async () => {
  const { ask, ledger } = await page();
  expect(await ask({ method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  expect(await ask({ method: 'PUT' })).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, POST' } });
  const body = 'decision=approved&reason=so+be+it';
  expect(await ask({ method: 'POST', contentType: 'application/json', body: '{}' })).toMatchObject({ status: 415 });
  expect(await ask({ ...form, body: `${body}&more=${'x'.repeat(20_000)}` })).toMatchObject({ status: 413 });
  expect(await ask({ ...form, body: 'reason=no+button' })).toMatchObject({ status: 422 });
  expect(await ask({ ...form, body: 'decision=silent&reason=x' })).toMatchObject({ status: 422 });
  expect(ledger.stored('c-1')).toEqual([]);
  expect(await ask({ ...form, body })).toMatchObject({ status: 200 });
  expect(ledger.stored('c-1')).toHaveLength(2);
});

test('a link for those to whom nothing escalates, and one of a forgotten approval', async () => {
  const { ask, links } = await page();
  const other = async (approval: string, round: 1 | 2) =>
    ask({ path: await links.linkTo({ approval, round, until: END }) });
  expect(await other('a-1', 2)).toMatchObject({ status: 403 });
  expect(await other('a-2', 1)).toMatchObject({ status: 410 });
});

test('an approval that ended without a decision', async () => {
  const at = new Date(NOW).toISOString();
  const { ask } = await page({ outcome: { state: 'timed-out', by: 'timer', at } });
  expect((await ask({})).body).toContain('does not wait for a decision any more');
  const { ask: late } = await page();
  const past = await page();
  expect(await late({ path: past.path })).toMatchObject({ status: 403 });
});

test('a reason keeps its lines and loses what steers terminals; of a form that is refused it stands in the next one', async () => {
  const { ask, ledger } = await page();
  const send = (given: Record<string, string>) => ask({ ...form, body: new URLSearchParams(given).toString() });
  const refused = await send({ reason: 'a < b' });
  expect(refused.status).toBe(422);
  expect(refused.body).toMatch(/<textarea[^>]*>\na &lt; b<\/textarea>/);
  // 1,000 characters for a browser, which sends each end of a line as two.
  const lines = `${'x'.repeat(489)}\u001b[2J${'\r\ny'.repeat(252)}\u0085z`;
  expect(await send({ decision: 'approved', reason: lines })).toMatchObject({ status: 200 });
  const [noted] = ledger.stored('c-1').flatMap((entry) => (entry.kind === 'operator' ? [entry.operator] : []));
  expect(noted?.why).toBe(`${'x'.repeat(489)} [2J${'\ny'.repeat(252)} z`);
});
