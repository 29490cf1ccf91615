import * as z from 'zod';
import { createAgent, PermanentError } from 'laneway/agent';
import { command, event } from 'laneway/message';
import { createHarness, type Harness } from 'laneway/testing';
import { defineTopology } from 'laneway/topology';
import { defineWorkflow, type WorkflowDefinition } from 'laneway/workflow';
import { ApprovalRequested } from '../../../shared/message/system-messages.js';

const Wanted = event('Wanted', z.object({ sizes: z.array(z.number()) }));
const Noted = event('Noted', z.object({ note: z.unknown() }));
const Passed = event('Passed', z.object({ note: z.unknown() }));
const Scanned = event(
  'Scanned',
  z.object({ pages: z.string(), note: z.string(), lines: z.array(z.object({ text: z.string() })) }),
);
const Scan = command('Scan', z.object({ bytes: z.number(), lines: z.number().optional() }), { reply: Scanned });
const Filed = event('Filed', z.object({ bytes: z.number() }));
const File = command('File', z.looseObject({}), { reply: Filed });

const office = defineTopology('office', {
  channels: {
    in: { carries: [Wanted, Noted, Passed] },
    work: { carries: [Scan, File], qos: { tries: 1 } },
    out: { carries: [Scanned, Filed] },
  },
  agents: { clerk: { subscribes: ['work'] } },
  clients: { desk: { publishes: [Wanted, Noted, Passed] } },
});
const within = { timeout: '1 minute' } as const;
const actor = { by: 'ann', why: 'repaired' };

/** An office whose clerk scans as many bytes as asked, and files what it gets; `refusing` says what it does not file. */
function officeOf(workflows: readonly WorkflowDefinition[], refusing: (data: object) => boolean = () => false) {
  const filed: Record<string, unknown>[] = [];
  const scans: number[] = [];
  const clerk = createAgent(office, 'clerk')
    .handle({
      Scan: ({ data }) => {
        scans.push(data.bytes);
        const lines = Array.from({ length: data.lines ?? 1 }, (_, index) => ({ text: `line ${index}` }));
        return { pages: 'x'.repeat(data.bytes), note: 'scanned', lines };
      },
      File: ({ data }) => {
        if (refusing(data)) throw new PermanentError('not filed');
        filed.push(data);
        return { bytes: JSON.stringify(data).length };
      },
    })
    .with({});
  return { world: createHarness(office, { agents: [clerk], workflows }), filed, scans };
}

async function finished(world: Harness, sizes: number[] = []) {
  const { correlationId } = await world.publish(Wanted, { sizes });
  await world.settle();
  return {
    correlationId,
    conversation: world.conversation(correlationId),
    execution: (await world.executions()).at(-1),
  };
}

const pages = (bytes: number) => 'x'.repeat(bytes);

test.each([20_000, 40_000, 300_000, 2_000_000])(
  'a reply of %i bytes is used by a later message and completes',
  async (bytes) => {
    const archive = defineWorkflow(office, 'archive', { startedBy: Wanted }, (flow) => {
      const scan = flow.request('scan', Scan, { bytes }, within);
      flow.request('file', File, { scan, again: [scan.pages], note: scan.note }, within);
      flow.complete('filed', { pages: scan.pages, first: flow.orElse(scan.lines.at(0), { text: 'none' }) });
    });
    const { world, filed } = officeOf([archive]);
    const { execution } = await finished(world);
    expect(execution).toMatchObject({ status: 'succeeded' });
    expect(execution?.output).toEqual({ result: 'filed', data: { pages: pages(bytes), first: { text: 'line 0' } } });
    expect(filed).toEqual([
      {
        scan: { pages: pages(bytes), note: 'scanned', lines: [{ text: 'line 0' }] },
        again: [pages(bytes)],
        note: 'scanned',
      },
    ]);
  },
);

test('ten branches of 200 KB each are joined, passed on and completed with', async () => {
  const names = Array.from({ length: 10 }, (_, index) => `branch${index}`);
  const wide = defineWorkflow(office, 'wide', { startedBy: Wanted }, (flow) => {
    const scan = (name: string) => () => flow.request(name, Scan, { bytes: 200_000 }, within);
    const all = flow.parallel(Object.fromEntries(names.map((name) => [name, scan(name)])));
    flow.request('file', File, { all: names.map((name) => all[name]?.pages) }, within);
    flow.complete('filed', { all });
  });
  const { world, filed } = officeOf([wide]);
  const { execution } = await finished(world);
  expect(execution).toMatchObject({ status: 'succeeded' });
  expect(filed).toEqual([{ all: names.map(() => pages(200_000)) }]);
  const { data } = execution?.output as { data: { all: Record<string, { pages: string }> } };
  expect(Object.values(data.all).map((one) => one.pages.length)).toEqual(names.map(() => 200_000));
});

test('of twelve results of 30 KB that come together, as many go by reference as it takes', async () => {
  const many = defineWorkflow(office, 'many', { startedBy: Wanted }, (flow) => {
    const scans = Array.from({ length: 12 }, (_, index) =>
      flow.request(`scan ${index}`, Scan, { bytes: 30_000 }, within),
    );
    flow.complete('scanned', { all: scans.map((scan) => scan.pages) });
  });
  const { world } = officeOf([many]);
  const { execution } = await finished(world);
  expect(execution).toMatchObject({ status: 'succeeded', output: { data: { all: Array(12).fill(pages(30_000)) } } });
});

test('elements of a map return what together is more than a state holds', async () => {
  const each = defineWorkflow(office, 'each', { startedBy: Wanted }, (flow, wanted) => {
    const all = flow.map('sizes', wanted.sizes, (bytes) => {
      const scan = flow.request('scan', Scan, { bytes }, within);
      return { pages: scan.pages, note: scan.note };
    });
    flow.request('file', File, { all }, within);
  });
  const { world, filed } = officeOf([each]);
  const sizes = Array.from({ length: 120 }, (_, index) => 3_000 + index);
  const { execution } = await finished(world, sizes);
  expect(execution).toMatchObject({ status: 'succeeded' });
  expect(filed).toEqual([{ all: sizes.map((bytes) => ({ pages: pages(bytes), note: 'scanned' })) }]);
});

test('a list is looked into by value, its elements go by reference', async () => {
  const lines = defineWorkflow(office, 'lines', { startedBy: Wanted }, (flow) => {
    const scan = flow.request('scan', Scan, { bytes: 100_000, lines: 150 }, within);
    flow.map('lines', scan.lines, (line) => flow.publish('keep', File, { text: line.text }));
    flow.complete('done', { bytes: scan.pages });
  });
  const { world, filed } = officeOf([lines]);
  const { execution } = await finished(world);
  expect(execution).toMatchObject({ status: 'succeeded' });
  expect(filed).toHaveLength(150);

  const { world: other } = officeOf([
    defineWorkflow(office, 'lines', { startedBy: Wanted }, (flow) => {
      const scan = flow.request('scan', Scan, { bytes: 1, lines: 20_000 }, within);
      flow.map('lines', scan.lines, (line) => flow.publish('keep', File, { text: line.text }));
    }),
  ]);
  const { execution: failed } = await finished(other);
  expect(failed).toMatchObject({ status: 'failed', error: 'RequestFailed' });
  expect(failed?.cause).toContain('lines (');
  expect(failed?.cause).toContain('which the workflow looks into');
});

test('a compensation gets what it refers to, of its own reply and of another', async () => {
  const saga = defineWorkflow(office, 'saga', { startedBy: Wanted }, (flow) => {
    const first = flow.request('first', Scan, { bytes: 300_000 }, within);
    flow.request(
      'second',
      Scan,
      { bytes: 50_000 },
      {
        ...within,
        compensate: { with: File, data: (own) => ({ undo: 'second', own: own.pages, other: first.pages }) },
      },
    );
    flow.request('third', File, { bad: true }, within);
  });
  const { world, filed } = officeOf([saga], (data) => 'bad' in data);
  const { conversation } = await finished(world);
  expect(conversation.endings).toMatchObject([{ status: 'failed' }]);
  expect(filed).toEqual([{ undo: 'second', own: pages(50_000), other: pages(300_000) }]);
});

test('another workflow gets what is by reference, up to what an execution holds', async () => {
  const Bundled = event('Bundled', z.looseObject({}));
  const bundling = defineTopology('office', {
    channels: {
      in: { carries: [Wanted, Bundled] },
      work: { carries: [Scan, File], qos: { tries: 1 } },
      out: { carries: [Scanned, Filed] },
    },
    agents: { clerk: { subscribes: ['work'] } },
    clients: { desk: { publishes: [Wanted] } },
  });
  const inner = defineWorkflow(bundling, 'inner', { startedBy: Bundled }, (flow) => flow.complete('done'));
  const outer = defineWorkflow(bundling, 'outer', { startedBy: Wanted }, (flow, wanted) => {
    const bytes = flow.orElse(wanted.sizes.at(0), 1);
    const scan = flow.request('scan', Scan, { bytes }, within);
    flow.run('inner', inner, { pages: scan.pages }, { ...within, results: ['done'] });
  });
  const clerk = createAgent(bundling, 'clerk')
    .handle({
      Scan: ({ data }) => ({ pages: pages(data.bytes), note: '', lines: [] }),
      File: () => ({ bytes: 0 }),
    })
    .with({});
  const world = createHarness(bundling, { agents: [clerk], workflows: [inner, outer] });
  for (const bytes of [150_000, 250_000]) await world.publish(Wanted, { sizes: [bytes] });
  await world.settle();
  const ends = (await world.executions()).map(({ workflow, status, cause = '' }) => [workflow, status, cause]);
  expect(ends).toEqual([
    ['outer', 'succeeded', ''],
    ['outer', 'failed', expect.stringContaining("TOO_LARGE: step 'inner' runs inner with 25") as string],
    ['inner', 'succeeded', ''],
  ]);
});

test('people are asked with all details; the list of approvals tells how long they are', async () => {
  const asked = defineWorkflow(office, 'asked', { startedBy: Wanted }, (flow) => {
    const scan = flow.request('scan', Scan, { bytes: 300_000 }, within);
    const details = { scan: scan.pages, note: scan.note };
    flow.approval('sign', { title: 'Sign?', details, approvers: 'boss', timeout: '1 hour' });
  });
  const { world } = officeOf([asked]);
  const { correlationId } = await world.publish(Wanted, { sizes: [] });
  await world.advance('5 minutes');
  const [open] = await world.approvals();
  expect(open?.approval.details).toEqual({ scan: 'by reference, 301 KB', note: 'scanned' });
  const [message] = world.conversation(correlationId).messages(ApprovalRequested);
  expect(message).toBeDefined();
  const stored = world.published.find(({ type }) => type === ApprovalRequested.name);
  expect(stored?.dataref).toBeDefined();
  await world.decide(open?.requestId ?? '', 'approved', actor);
  await world.settle();
  expect(world.conversation(correlationId).endings).toMatchObject([{ status: 'succeeded' }]);
});

test('a retry takes replies over as its own definition keeps them', async () => {
  const broken = { is: true };
  const twice = (uses: 'note' | 'pages') =>
    defineWorkflow(office, 'twice', { startedBy: Wanted }, (flow) => {
      const scan = flow.request('scan', Scan, { bytes: 300_000 }, within);
      flow.request('file', File, { it: scan[uses] }, within);
    });
  for (const uses of ['note', 'pages'] as const) {
    broken.is = true;
    const { world, filed, scans } = officeOf([twice(uses)], () => broken.is);
    await finished(world);
    const [failed] = await world.executions();
    expect(failed).toMatchObject({ status: 'failed' });
    broken.is = false;
    await world.retry(failed?.name ?? '', actor);
    await world.settle();
    expect((await world.executions()).map(({ status }) => status)).toEqual(['failed', 'succeeded']);
    expect(scans).toEqual([300_000]);
    expect(filed).toEqual([{ it: uses === 'note' ? 'scanned' : pages(300_000) }]);
  }
});

test('a start message that holds what looks like a reference is passed on as it came, also by a retry and to another workflow', async () => {
  const note = { '$laneway:stored': 'x'.repeat(43), '$laneway:bytes': 9 };
  const inner = defineWorkflow(office, 'inner', { startedBy: Passed }, (flow, passed) => {
    flow.request('file', File, { inner: passed.note }, within);
    flow.complete('filed');
  });
  const outer = defineWorkflow(office, 'outer', { startedBy: Noted }, (flow, noted) => {
    flow.request('file', File, { outer: noted.note }, within);
    flow.run('inner', inner, { note: noted.note }, { ...within, results: ['filed'] });
    flow.complete('filed', noted.note);
  });
  let refuses = true;
  const { world, filed } = officeOf([outer, inner], () => refuses);
  await world.publish(Noted, { note });
  await world.settle();
  refuses = false;
  await world.retry((await world.executions())[0]?.name ?? '', actor);
  await world.settle();
  expect(filed).toEqual([{ outer: note }, { inner: note }]);
  const ended = (await world.executions()).find(
    ({ status, workflow }) => status === 'succeeded' && workflow === 'outer',
  );
  expect(ended?.output).toEqual({ result: 'filed', data: note });
});
