import { createAgent } from 'laneway/agent';
import { command, event, older, type MessageType } from 'laneway/message';
import { checkExecutions, readRecordings, type RecordedExecution } from 'laneway/testing';
import { defineTopology, type Topology } from 'laneway/topology';
import { defineWorkflow, type Ref, type WorkflowDefinition } from 'laneway/workflow';
import * as z from 'zod';
import { boundAgents } from '../../../../../shared/testing/harness/bound-agents.js';
import { HarnessWorld } from '../../../../../shared/testing/harness/harness-world.js';
import { harnessOver } from '../../../../../shared/testing/harness/harness.js';
import { seededRandom } from '../../../../../shared/testing/memory/seeded-random.js';
import { recordAll } from '../../../../kit/generators/record-all.js';

const within = { timeout: '1 hour' } as const;
const Order = z.object({
  order: z.string(),
  lines: z.array(z.object({ what: z.string() })),
  weight: z.union([z.number(), z.string()]),
});
const Bill = z.object({ order: z.string(), cents: z.number(), address: z.object({ city: z.string() }).optional() });
const Price = z.object({ cents: z.number(), tax: z.number().optional() });

const firstTypes = () => {
  const Ordered = event('Ordered', Order);
  const Priced = event('Priced', Price);
  const AskPrice = command('AskPrice', z.object({ what: z.string() }), { reply: Priced });
  const Paid = event('Paid', z.object({ receipt: z.string() }));
  const Collect = command('Collect', Bill, { reply: Paid });
  const Shipped = event('Shipped', z.object({ order: z.string() }));
  return { Ordered, Priced, AskPrice, Paid, Collect, Shipped };
};
type Types = { readonly [Name in keyof ReturnType<typeof firstTypes>]: ReturnType<typeof firstTypes>[Name] };

/** A shop of these types; what is not given is as it was first. */
function shopOf(changed: { readonly [Name in keyof Types]?: MessageType } = {}) {
  const types = { ...firstTypes(), ...changed } as Types;
  const { Ordered, Priced, AskPrice, Paid, Collect, Shipped } = types;
  const topology = defineTopology('shop', {
    channels: {
      orders: { carries: [Ordered, Shipped] },
      desk: { carries: [AskPrice, Collect] },
      answers: { carries: [Priced, Paid] },
    },
    agents: { clerk: { subscribes: ['desk'] } },
    clients: { customer: { publishes: [Ordered] } },
  });
  return { topology, types };
}

type Shop = ReturnType<typeof shopOf>;

/** Prices each line, asks people, collects the money, tells of the shipping. */
function sell({ topology, types }: Shop): WorkflowDefinition {
  const { Ordered, AskPrice, Collect, Shipped } = types;
  return defineWorkflow(topology, 'sell', { startedBy: Ordered, deadline: '30 days' }, (flow, { order, lines }) => {
    flow.map('lines', lines, ({ what }) => flow.request('price', AskPrice, { what }, within).cents);
    const { decision } = flow.approval('agree', { title: 'Sell?', approvers: 'sales', timeout: '5 days' });
    const { receipt } = flow.request('collect', Collect, { order, cents: 1 }, within);
    flow.publish('tell', Shipped, { order });
    flow.match(decision, {
      approved: () => flow.complete('sold', { receipt }),
      rejected: () => flow.complete('kept'),
      silent: () => flow.fail('Silent', 'nobody said anything'),
    });
  });
}

let ended: RecordedExecution;
let waiting: RecordedExecution;

beforeAll(async () => {
  const shop = shopOf();
  const clerk = createAgent(shop.topology, 'clerk')
    .handle({
      AskPrice: () => ({ cents: 100 }),
      Collect: ({ data }) => ({ receipt: `R-${data.order}` }),
    })
    .with({});
  const parts = { topology: shop.topology, agents: boundAgents(shop.topology, [clerk]), workflows: [sell(shop)] };
  const world = new HarnessWorld({ ...parts, random: seededRandom(1) });
  const harness = harnessOver(world, parts);
  const lines = [{ what: 'pen' }, { what: 'ink' }];
  await harness.publish(shop.types.Ordered, { order: 'A', lines, weight: 1 });
  await harness.advance('1 day');
  const [open] = await harness.approvals();
  await harness.decide(open?.requestId ?? '', 'approved', { by: 'ann', why: 'a good price' });
  await harness.advance('1 hour');
  await harness.publish(shop.types.Ordered, { order: 'B', lines: [{ what: 'pad' }], weight: 'heavy' });
  await harness.advance('1 hour');
  const [one, other] = await recordAll(world, shop.topology);
  if (!one || !other) throw new Error('nothing was recorded');
  [ended, waiting] = [one, other];
});

/** The findings as lines, without what to do. */
async function check(workflows: readonly WorkflowDefinition[], topology: Topology, only = [ended, waiting]) {
  const checks = await checkExecutions(topology, workflows, only);
  for (const { todo } of checks.flatMap(({ findings }) => findings)) expect(todo).not.toBe('');
  return checks.map(({ verdict, findings }) => ({
    verdict,
    found: findings.map(({ kind, level, step = '-', index, what }) =>
      [kind, level, index === undefined ? step : `${step} #${index}`, what].join(' | '),
    ),
  }));
}

/** The workflow of the shop, and what else it is made of. */
const of = (shop: Shop, workflow = sell(shop)) => [[workflow], shop.topology] as const;
const SAME = { verdict: 'same', found: [] };

test('what is recorded: each step with its element, and how its request ended', () => {
  expect(ended).toMatchObject({ status: 'succeeded', output: { result: 'sold', data: { receipt: 'R-A' } } });
  expect(ended.steps.map(({ step, index, kind, type, outcome }) => [step, index, kind, type, outcome?.state])).toEqual([
    ['price', '0', 'request', 'AskPrice', 'replied'],
    ['price', '1', 'request', 'AskPrice', 'replied'],
    ['agree', undefined, 'approval', undefined, 'replied'],
    ['collect', undefined, 'request', 'Collect', 'replied'],
    ['tell', undefined, 'publish', 'Shipped', undefined],
  ]);
  expect(waiting).toMatchObject({ status: 'running', input: { message: { data: { order: 'B' } } } });
  expect(waiting.steps.map(({ step, outcome }) => [step, outcome?.state])).toEqual([
    ['price', 'replied'],
    ['agree', undefined],
  ]);
  expect(JSON.stringify([ended, waiting])).not.toMatch(/"token"/);
});

test('the same code goes the same way; without the recorded replies it does not', async () => {
  expect(await check(...of(shopOf()))).toEqual([SAME, SAME]);
  const unanswered = ended.steps.map(({ outcome: _outcome, ...step }) => step);
  const silent = { ...ended, steps: unanswered.filter(({ step }) => step !== 'price') };
  const [without] = await check(...of(shopOf()), [silent]);
  expect(without?.verdict).toBe('differs');
  expect(without?.found).toEqual([
    'would-wait | differs | price #0 | it would wait here for AskPrice, of which no reply is recorded',
    'would-wait | differs | price #1 | it would wait here for AskPrice, of which no reply is recorded',
  ]);
});

test('a step that is renamed: the old one is gone, the new one waits', async () => {
  const shop = shopOf();
  const { Ordered, AskPrice, Collect, Shipped } = shop.types;
  const renamed = defineWorkflow(
    shop.topology,
    'sell',
    { startedBy: Ordered, deadline: '30 days' },
    (flow, { order, lines }) => {
      flow.map('lines', lines, ({ what }) => flow.request('price', AskPrice, { what }, within).cents);
      flow.approval('agree', { title: 'Sell?', approvers: 'sales', timeout: '5 days' });
      flow.request('charge', Collect, { order, cents: 1 }, within);
      flow.publish('tell', Shipped, { order });
      flow.complete('sold');
    },
  );
  expect(await check(...of(shop, renamed))).toEqual([
    {
      verdict: 'differs',
      found: [
        'would-wait | differs | charge | it would wait here for Collect, of which no reply is recorded',
        'not-reached | differs | collect | it did this (request Collect), and the workflow has no step of that name',
      ],
    },
    SAME,
  ]);
});

test('steps that are new: what waits is noted of one that runs, what only publishes or passes time of all', async () => {
  const shop = shopOf();
  const { Ordered, AskPrice, Collect, Shipped } = shop.types;
  const longer = defineWorkflow(
    shop.topology,
    'sell',
    { startedBy: Ordered, deadline: '30 days' },
    (flow, { order, lines }) => {
      flow.publish('announce', Shipped, { order });
      flow.map('lines', lines, ({ what }) => flow.request('price', AskPrice, { what }, within).cents);
      flow.wait('think', '1 minute');
      flow.request('reserve', AskPrice, { what: order }, within);
      flow.approval('agree', { title: 'Sell?', approvers: 'sales', timeout: '5 days' });
      flow.request('collect', Collect, { order, cents: 1 }, within);
      flow.publish('tell', Shipped, { order });
      flow.complete('sold');
    },
  );
  const [one, other] = await check(...of(shop, longer));
  const noted = [
    'new-step | note | announce | it would publish Shipped, which it did not',
    'new-step | note | think | it would wait for a time, which it did not',
  ];
  const reserve = 'reserve | it would wait here for AskPrice, of which no reply is recorded';
  expect(one).toEqual({ verdict: 'differs', found: [...noted, `would-wait | differs | ${reserve}`] });
  expect(other).toEqual({ verdict: 'noted', found: [...noted, `would-wait | note | ${reserve}`] });
});

test('another way through, and another end', async () => {
  const shop = shopOf();
  const { Ordered, AskPrice, Shipped } = shop.types;
  const shorter = defineWorkflow(
    shop.topology,
    'sell',
    { startedBy: Ordered, deadline: '30 days' },
    (flow, { order, lines }) => {
      flow.map('lines', lines, ({ what }) => flow.request('price', AskPrice, { what }, within).cents);
      const { decision } = flow.approval('agree', { title: 'Sell?', approvers: 'sales', timeout: '5 days' });
      flow.match(decision, {
        approved: () => flow.complete('given away'),
        rejected: () => undefined,
        silent: () => undefined,
      });
      flow.publish('tell', Shipped, { order });
      flow.complete('kept');
    },
  );
  expect(await check(...of(shop, shorter))).toEqual([
    {
      verdict: 'differs',
      found: [
        'not-reached | differs | collect | it did this (request Collect), and the workflow has no step of that name',
        'not-reached | differs | tell | it did this (publish Shipped), and goes another way',
        "other-end | differs | - | it completed as 'sold', and now it would have completed as 'given away'",
      ],
    },
    SAME,
  ]);
});

test('a payload that no longer fits: a required field that the step does not pass, at the top and nested', async () => {
  const Paid = event('Paid', z.object({ receipt: z.string() }));
  const top = command('Collect', Bill.extend({ currency: z.string() }), { reply: Paid });
  const [one, other] = await check(...of(shopOf({ Paid, Collect: top })));
  expect(one?.verdict).toBe('breaks');
  expect(one?.found).toHaveLength(1);
  expect(one?.found[0]).toMatch(/^payload-refused \| breaks \| collect \| SCHEMA: .*Collect v1: .*currency/);
  // It has not come to that step yet.
  expect(other).toEqual(SAME);
  const nested = command('Collect', Bill.extend({ address: z.object({ city: z.string() }) }), { reply: Paid });
  const [deep] = await check(...of(shopOf({ Paid, Collect: nested })));
  expect(deep?.found[0]).toMatch(/^payload-refused \| breaks \| collect \| .*address/);
});

test('a recorded reply that the schema refuses; one of an older version is upgraded', async () => {
  const Taxed = Price.extend({ tax: z.number() });
  const strict = event('Priced', Taxed);
  const AskPrice = command('AskPrice', z.object({ what: z.string() }), { reply: strict });
  const [one, other] = await check(...of(shopOf({ Priced: strict, AskPrice })));
  expect(one?.verdict).toBe('breaks');
  expect(one?.found[0]).toMatch(/^reply-refused \| breaks \| price #0 \| SCHEMA: Priced v1: tax/);
  expect(other?.found[0]).toMatch(/^reply-refused \| breaks \| price #0 \| /);

  const kind = { version: 2, accepts: [older(1, Price, (data) => ({ ...data, tax: 0 }))] };
  const upgraded = event('Priced', Taxed, kind);
  const asks = command('AskPrice', z.object({ what: z.string() }), { reply: upgraded });
  expect(await check(...of(shopOf({ Priced: upgraded, AskPrice: asks })))).toEqual([SAME, SAME]);
});

test('what would undo an answered step, by the recorded reply', async () => {
  const shop = (schema: z.ZodType) => {
    const Paid = event('Paid', z.object({ receipt: z.string() }));
    const Refund = command('Collect', schema, { reply: Paid });
    return shopOf({ Paid, Collect: Refund });
  };
  const undoing = ({ topology, types }: Shop) =>
    defineWorkflow(topology, 'sell', { startedBy: types.Ordered, deadline: '30 days' }, (flow, { order, lines }) => {
      flow.map('lines', lines, ({ what }) => {
        const compensate = {
          with: types.Collect,
          data: ({ cents }: Ref<z.output<typeof Price>>) => ({ order, cents }),
        };
        flow.request('price', types.AskPrice, { what }, { ...within, compensate });
      });
      flow.approval('agree', { title: 'Sell?', approvers: 'sales', timeout: '5 days' });
      flow.complete('sold');
    });
  const fits = shop(Bill);
  expect(await check(...of(fits, undoing(fits)), [waiting])).toEqual([SAME]);
  const dear = shop(Bill.extend({ cents: z.number().max(50) }));
  const [one] = await check(...of(dear, undoing(dear)), [waiting]);
  expect(one?.verdict).toBe('breaks');
  expect(one?.found).toHaveLength(1);
  expect(one?.found[0]).toMatch(/^undo-refused \| breaks \| price #0 \| SCHEMA: Collect v1: cents/);
});

test('a step of the same name that asks for something else takes no reply that was meant for another', async () => {
  const shop = shopOf();
  const { Ordered, AskPrice } = shop.types;
  const other = defineWorkflow(
    shop.topology,
    'sell',
    { startedBy: Ordered, deadline: '30 days' },
    (flow, { order }) => {
      flow.request('collect', AskPrice, { what: order }, within);
      flow.complete('sold');
    },
  );
  const [one] = await check(...of(shop, other), [ended]);
  expect(one?.verdict).toBe('breaks');
  expect(one?.found[0]).toBe(
    'reply-refused | breaks | collect | it waits for Priced now, and the recorded reply is Paid',
  );
});

test('a message that is waited for by another key is not the recorded one', async () => {
  const shop = shopOf();
  const { Ordered, Shipped } = shop.types;
  const keyed = (key: 'order' | 'what') =>
    defineWorkflow(shop.topology, 'sell', { startedBy: Ordered, deadline: '30 days' }, (flow, { order }) => {
      flow.receive('shipped', Shipped, { timeout: '1 day', key: key === 'order' ? order : 'any' });
      flow.complete('sold');
    });
  const reply = { type: 'Shipped', dataschema: 'urn:laneway:Shipped:1', data: { order: 'A' } };
  const outcome = { ...ended.steps[0]?.outcome, ...reply } as RecordedExecution['steps'][number]['outcome'];
  const step = {
    step: 'shipped',
    kind: 'receive',
    type: 'Shipped',
    key: 'A',
    ...(outcome ? { outcome } : {}),
  } as const;
  const recorded = { ...ended, steps: [step] };
  const [same] = await check(...of(shop, keyed('order')), [recorded]);
  expect(same).toEqual(SAME);
  const [other] = await check(...of(shop, keyed('what')), [recorded]);
  expect(other?.verdict).toBe('differs');
  expect(other?.found[0]).toContain('would-wait | differs | shipped | it would wait here for Shipped, and the reply');
});

test('an expression that cannot be evaluated, with the state that it is in', async () => {
  const shop = shopOf();
  const { Ordered, AskPrice } = shop.types;
  const reads = defineWorkflow(shop.topology, 'sell', { startedBy: Ordered, deadline: '30 days' }, (flow, start) => {
    flow.map('lines', start.lines, ({ what }) => void flow.request('price', AskPrice, { what }, within));
    flow.match(flow.is(start.weight, '>', 5), {
      true: () => flow.complete('sent'),
      false: () => flow.complete('carried'),
    });
  });
  const [one] = await check(...of(shop, reads), [waiting]);
  expect(one?.verdict).toBe('breaks');
  expect(one?.found[0]).toMatch(/^expression-failed \| breaks \| match .* \| .*weight > 5/);
});

test('a workflow, a start message and a receiver that are gone', async () => {
  const shop = shopOf();
  expect(await check([], shop.topology, [waiting])).toEqual([
    { verdict: 'breaks', found: ["workflow-gone | breaks | - | there is no workflow 'sell' any more"] },
  ]);
  const Ordered = event('Ordered', Order.extend({ urgent: z.boolean() }));
  const [refused] = await check(...of(shopOf({ Ordered })), [waiting]);
  expect(refused?.found).toEqual([
    'start-refused | breaks | - | Ordered v1: urgent: Invalid input: expected boolean, received undefined',
  ]);
  const accepts = [older(1, Order, (data) => ({ ...data, urgent: false }))];
  const raised = event('Ordered', Order.extend({ urgent: z.boolean() }), { version: 2, accepts });
  const hurried = shopOf({ Ordered: raised });
  const hurries = defineWorkflow(
    hurried.topology,
    'sell',
    { startedBy: raised, deadline: '30 days' },
    (flow, start) => {
      flow.match(start.urgent, { true: () => flow.complete('hurried'), false: () => undefined });
      const { AskPrice } = hurried.types;
      flow.map('lines', start.lines, ({ what }) => void flow.request('price', AskPrice, { what }, within));
      flow.approval('agree', { title: 'Sell?', approvers: 'sales', timeout: '5 days' });
      flow.complete('sold');
    },
  );
  expect(await check(...of(hurried, hurries), [waiting])).toEqual([SAME]);

  const { Priced, AskPrice, Paid, Shipped } = shop.types;
  const without = defineTopology('shop', {
    channels: {
      orders: { carries: [shop.types.Ordered, Shipped] },
      desk: { carries: [AskPrice] },
      answers: { carries: [Priced, Paid] },
    },
    agents: { clerk: { subscribes: ['desk'] } },
    clients: { customer: { publishes: [shop.types.Ordered] } },
  });
  const [one] = await check([sell(shop)], without, [ended]);
  expect(one?.found[0]).toMatch(/^step-refused \| breaks \| collect \| UNKNOWN_TYPE/);
});

test('lines that are no recording are refused with their number', () => {
  const good = JSON.stringify(waiting);
  expect(readRecordings(`${good}\n\n${good}\n`)).toHaveLength(2);
  expect(() => readRecordings(`${good}\n{"laneway":`, 'a.jsonl')).toThrow('a.jsonl, line 2, is no JSON');
  expect(() => readRecordings('{"laneway":"ledger-export"}', 'a.jsonl')).toThrow(
    /a\.jsonl, line 1, is no recorded execution: laneway/,
  );
  expect(() => readRecordings(good.replace('"version":1', '"version":2'))).toThrow(/version/);
});
