import fc from 'fast-check';
import { createHarness } from 'laneway/testing';
import { createOutput } from '../../../cli/context/output.js';
import { withoutLinks } from '../../../shared/domain/base/without-links.js';
import { approvalLinks, readLink } from '../../../shared/domain/request/approval-link.js';
import { ApprovalDecided } from '../../../shared/message/system-messages.js';
import { dispatchStep } from '../../../shared/platform/workflows/dispatch-step.js';
import { MemoryLinkSigner } from '../../../shared/testing/memory/memory-link-signer.js';
import { cases } from '../../kit/generators/cases.js';
import { platformWorld } from '../../kit/stands/platform-world.js';
import { PurchaseWanted, purchases } from '../../kit/applications/purchase-topology.js';
import { buyer, mailer } from '../../kit/applications/purchases/agents.js';
import { first } from '../../kit/applications/purchases/workflows.js';

interface Mail {
  readonly approval: string;
  readonly approvers: string;
  readonly escalated: boolean;
  readonly link?: string;
}

async function waiting(options: { approvalLinks?: boolean; patience?: 'long' | 'short' } = {}) {
  const { approvalLinks: hasLinks = true, patience = 'long' } = options;
  const [witness, mails]: [string[], Mail[]] = [[], []];
  const world = createHarness(purchases, {
    agents: [
      buyer.with({ tell: (line) => void witness.push(line) }),
      mailer.with({ tell: (line) => void mails.push(JSON.parse(line) as Mail) }),
    ],
    workflows: [first],
    approvalLinks: hasLinks,
  });
  const { correlationId } = await world.publish(PurchaseWanted, { purchase: 'p1', patience });
  await world.advance('1 second');
  const link = mails[0]?.link ?? '';
  return { witness, mails, world, correlationId, link };
}

const yes = { decision: 'approved', reason: 'we need it' } as const;

test('the link is in the message, and nowhere in the ledger', async () => {
  const { mails, world, correlationId, link } = await waiting();
  expect(mails).toMatchObject([{ approvers: 'team leads', escalated: false }]);
  expect(link).toMatch(/^https:\/\/approvals\.invalid\/[^/]+~1~[0-9a-z]+~[\w-]{43}$/);
  expect(JSON.stringify(world.conversation(correlationId).entries)).not.toContain(link.split('~').at(-1));
  expect((await waiting({ approvalLinks: false })).mails[0]?.link).toBeUndefined();
});

test('looking decides nothing; the form decides, with who, when and why in the ledger, and works once', async () => {
  const { witness, world, correlationId, link } = await waiting();
  const page = await world.visit(link);
  expect(page.status).toBe(200);
  expect(page.body).toContain('<h1>Buy &lt;it&gt;?</h1>');
  expect(page.body).toContain('&quot;\\&quot;broken\\&quot;&quot;');
  expect(page.body).toContain('team leads');
  expect(page.headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' });
  await world.advance('1 hour');
  expect(witness).toEqual(['p1 reserve']);

  expect(await world.visit(link, { decision: 'approved', reason: ' ' })).toMatchObject({ status: 422 });
  expect(await world.visit(link, { ...yes, reason: 'x'.repeat(1_001) })).toMatchObject({ status: 422 });
  expect(await world.visit(link, yes)).toMatchObject({ status: 200 });
  // Before the workflow has heard of it, and afterwards: nothing is decided again.
  const again = await world.visit(link, { decision: 'rejected', reason: 'I changed my mind' });
  expect(again.status).toBe(409);
  expect(again.body).toMatch(/approved by team leads, 20/);
  await world.settle();
  expect(await world.visit(link, { decision: 'rejected', reason: 'no' })).toMatchObject({ status: 409 });
  const used = await world.visit(link);
  expect(used.status).toBe(200);
  expect(used.body).toMatch(/approved by team leads, 20/);
  expect(used.body).not.toMatch(/we need it|broken|<form/);
  expect(witness).toEqual(['p1 reserve', 'p1 order']);
  const conversation = world.conversation(correlationId);
  expect(conversation.endings).toMatchObject([{ status: 'succeeded', result: 'ordered' }]);
  const actions = conversation.entries.flatMap((entry) => (entry.kind === 'operator' ? [entry.operator] : []));
  expect(actions).toMatchObject([{ by: 'team leads', why: 'we need it', decision: 'approved', action: 'answer' }]);
});

test('rejected by link: what was done is undone', async () => {
  const { witness, world, correlationId, link } = await waiting();
  await world.visit(link, { decision: 'rejected', reason: 'too dear' });
  await world.settle();
  expect(witness).toEqual(['p1 reserve', 'p1 undo p1-reserve']);
  expect(world.conversation(correlationId).endings).toMatchObject([{ status: 'failed', result: 'Rejected' }]);
});

test('after escalation both links work, differ, and the first decision stands; after the end neither decides', async () => {
  const { mails, world, correlationId, link } = await waiting({ patience: 'short' });
  await world.advance('25 seconds');
  expect(mails).toMatchObject([{ approvers: 'team leads' }, { approvers: 'management', escalated: true }]);
  const second = mails[1]?.link ?? '';
  expect(second).not.toBe(link);
  expect((await world.visit(link)).body).toMatch(/Asked as well[^]*management/);
  expect((await world.visit(second)).body).toMatch(/Asked<\/dt><dd>management[^]*Asked as well[^]*team leads/);
  // The time that the link says is over before the workflow has heard of it.
  world.faults.crash('deadlines', 'before-emit', { times: 3 });
  await world.advance('20 seconds');
  expect(await world.visit(second, yes)).toMatchObject({ status: 410 });
  await world.settle();
  expect((await world.visit(second)).body).toContain('Nobody decided in time');
  expect(world.conversation(correlationId).endings).toMatchObject([{ result: 'Silent' }]);
  const other = await waiting({ patience: 'short' });
  await other.world.advance('25 seconds');
  expect(await other.world.visit(other.mails[1]?.link ?? '', yes)).toMatchObject({ status: 200 });
  await other.world.settle();
  expect((await other.world.visit(other.link, yes)).body).toContain('approved by management');
});

test('who holds a link learns that an operator decided, and nothing of the account', async () => {
  const { world, link } = await waiting();
  const [open] = await world.approvals();
  const by = 'arn:aws:sts::123456789012:assumed-role/Operators/ann (said to be ann)';
  await world.decide(open?.requestId ?? '', 'approved', { by, why: 'as agreed' });
  await world.settle();
  const { body } = await world.visit(link);
  expect(body).toContain('approved by an operator (said to be ann), 20');
  expect(body).not.toContain('123456789012');
});

test('the same form sent twice decides once, and is no error', async () => {
  const { world, correlationId, link } = await waiting();
  expect([await world.visit(link, yes), await world.visit(link, yes)]).toMatchObject([
    { status: 200 },
    { status: 200 },
  ]);
  await world.settle();
  const { entries } = world.conversation(correlationId);
  expect(entries.filter(({ kind }) => kind === 'operator')).toHaveLength(1);
});

test('of a link and an operator who decide at the same time, one is taken down and the other is told', async () => {
  const { world, link, correlationId } = await waiting();
  const [open] = await world.approvals();
  const results = await Promise.allSettled([
    world.visit(link, { decision: 'rejected', reason: 'no' }),
    world.decide(open?.requestId ?? '', 'approved', { by: 'ann', why: 'yes' }),
  ]);
  const done = results.map((result) => result.status === 'fulfilled' && result.value?.status !== 409);
  expect(done.filter(Boolean)).toHaveLength(1);
  await world.settle();
  const decided = world.conversation(correlationId).entries.filter(({ kind }) => kind === 'operator');
  expect(decided).toHaveLength(1);
});

test('who decides before the end and is heard of after it has decided; when nobody did first, who comes later is told', async () => {
  const late = { type: ApprovalDecided.name, times: 1 };
  const { mails, world, correlationId } = await waiting({ patience: 'short' });
  await world.advance('38 seconds');
  world.faults.delay('5 minutes', late);
  expect(await world.visit(mails[1]?.link ?? '', yes)).toMatchObject({ status: 200 });
  await world.settle();
  expect(world.conversation(correlationId).endings).toMatchObject([{ result: 'ordered' }]);

  const silent = await waiting({ patience: 'short' });
  const [open] = await silent.world.approvals();
  silent.world.faults.delay('5 minutes', late);
  await silent.world.advance('41 seconds');
  const decided = silent.world.decide(open?.requestId ?? '', 'approved', { by: 'ann', why: 'yes' });
  await expect(decided).rejects.toThrow(/has been decided: silent by nobody, 20/);
  await silent.world.settle();
  expect(silent.world.conversation(silent.correlationId).endings).toMatchObject([{ result: 'Silent' }]);
});

test('any changed character, another approval, another application, a guess: not valid, and nothing is decided', async () => {
  const { world, link, witness } = await waiting();
  const { link: others } = await waiting();
  const path = link.replace('https://approvals.invalid', '');
  const characters = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~:/% ');
  await fc.assert(
    fc.asyncProperty(fc.nat(path.length - 1), characters, async (at, character) => {
      fc.pre(path[at] !== character);
      const changed = `${path.slice(0, at)}${character}${path.slice(at + 1)}`;
      expect(await world.visit(changed, yes)).toMatchObject({ status: 403 });
    }),
    { numRuns: cases(150, 500) },
  );
  // Every other last character, of which some decode to the same bytes.
  for (const last of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') {
    if (!path.endsWith(last))
      expect(await world.visit(`${path.slice(0, -1)}${last}`, yes)).toMatchObject({ status: 403 });
  }
  const [said] = /^.*~/.exec(path) ?? [''];
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 32, maxLength: 32 }), async (code) => {
      const guess = `${said}${Buffer.from(code).toString('base64url')}`;
      expect(await world.visit(guess, yes)).toMatchObject({ status: 403 });
    }),
    { numRuns: 100 },
  );
  for (const wrong of [others, `${path}x`, `${path}/`, '/', '', `/x${path}`, path.slice(0, -1)])
    expect(await world.visit(wrong, yes)).toMatchObject({ status: 403 });
  await world.settle();
  expect(witness).not.toContain('p1 order');
});

test('a link holds for its application only, and is not shown to who only reads', async () => {
  const signer = new MemoryLinkSigner();
  const claims = { approval: 'a-1', round: 2, until: 1_800_000_000_000 } as const;
  const link = await approvalLinks('https://x.example/', 'shop', signer).linkTo(claims);
  const token = link.slice('https://x.example/'.length);
  expect(await readLink(token, 'shop', signer)).toEqual(claims);
  expect(await readLink(token, 'other', signer)).toBeUndefined();
  expect(await readLink(token, 'shop', new MemoryLinkSigner())).toBeUndefined();
  expect(withoutLinks(JSON.stringify({ link }))).toBe('{"link":"https://x.example/(link not shown)"}');
  // Whatever a command prints, as JSON or as text.
  for (const json of [true, false]) {
    const printed: string[] = [];
    const stdout = { write: (text: string) => printed.push(text) };
    createOutput({ json }, stdout, stdout).result({ deep: [{ link }] }, () => `mail: ${link}`);
    expect(printed.join('')).toMatch(/https:\/\/x\.example\/\(link not shown\)/);
    expect(printed.join('')).not.toContain(token);
  }
});

test('a step that is begun again asks the same, with the same link and end', async () => {
  const world = platformWorld(purchases);
  const links = approvalLinks('https://x.example', purchases.name, new MemoryLinkSigner());
  const start = { id: 'start', type: PurchaseWanted.name, source: 'laneway.purchases.client.shop', hops: 0 };
  const time = new Date(world.clock.now()).toISOString();
  const asks = {
    ...{ kind: 'approval', workflow: 'buy', execution: 'buy-1', step: 'boss', title: 'Buy?', approvers: 'boss' },
    message: { ...start, time, correlationid: 'c', priority: 'normal' },
  };
  for (const token of ['first', 'second']) {
    await dispatchStep({ ...asks, token, timeoutSeconds: 3_600 }, { ...world, approvalLinks: links });
    world.clock.advance(30_000);
  }
  const [first, second, ...more] = world.ofType('ApprovalRequested').map(({ data }) => data);
  expect(more).toEqual([]);
  expect(first).toMatchObject({ deadline: new Date(Date.parse(time) + 3_600_000).toISOString() });
  expect(second).toEqual(first);
});
