import { defineWorkflow } from 'laneway/workflow';
import { Noted, Price, Release, Reserve, start } from '../messages.js';
import { parity } from '../topology.js';
import { ways, type ParityCase } from '../parity-case.js';

const within = { timeout: '5 minutes' } as const;

/** Run by others, and started by a message of its own as well. */
const child = defineWorkflow(parity, 'child', { startedBy: start.child }, (flow, order) => {
  const slot = flow.request(
    'slot',
    Reserve,
    { order: order.order, item: order.item },
    { ...within, compensate: { with: Release, data: (held) => ({ slot: held.slot }) } },
  );
  const priced = flow.request('price', Price, { item: flow.orElse(order.note, 'work') }, within);
  flow.match(slot.sure, {
    true: () => flow.complete('booked', { slot: slot.slot, cents: priced.cents }),
    false: () => flow.complete('maybe'),
  });
});

/** Runs another workflow and goes on with how it ended. */
const parent = defineWorkflow(parity, 'parent', { startedBy: start.parent }, (flow, order) => {
  const run = flow.run(
    'desk',
    child,
    { order: order.order, item: order.item, note: order.note },
    { timeout: '10 minutes', results: ['booked', 'maybe'] },
  );
  flow.match(run.result, {
    booked: () => flow.publish('tell', Noted, { order: order.order, text: run.result }),
    maybe: () => flow.fail('Unsure'),
  });
  flow.complete('ordered', { run });
});

/** Another workflow for each element. */
const runs = defineWorkflow(parity, 'runs', { startedBy: start.runs }, (flow, basket) => {
  const results = flow.map(
    'lines',
    basket.lines,
    (line) =>
      flow.run(
        'desk',
        child,
        { order: basket.order, item: line.item },
        { timeout: '10 minutes', results: ['booked', 'maybe'] },
      ).result,
  );
  flow.complete('ran', { results });
});

/** A workflow that runs one that runs one, beside a request. */
const deep = defineWorkflow(parity, 'deep', { startedBy: start.deep }, (flow, order) => {
  const { inner } = flow.parallel({
    inner: () =>
      flow.run(
        'order',
        parent,
        { order: order.order, item: order.item },
        { timeout: '10 minutes', results: ['ordered'] },
      ),
    price: () => void flow.request('price', Price, { item: order.item }, within),
  });
  flow.complete('moved in', { inner: inner.result });
});

export const workflowsWithin: readonly ParityCase[] = [
  ...ways(child, {
    alone: {
      data: { order: 'o1', item: 'desk' },
      ends: { result: 'booked', data: { slot: 'o1/desk', cents: 400 } },
    },
  }),
  ...ways(parent, {
    ordered: {
      data: { order: 'o1', item: 'desk' },
      ends: { result: 'ordered', data: { run: { result: 'booked' } } },
    },
    'the other end': { data: { order: 'o2', item: 'unsure desk' }, ends: { error: 'Unsure', cause: 'Unsure' } },
    'failed with it': {
      data: { order: 'o3', item: 'desk', note: 'refused price' },
      ends: { error: 'RequestFailed', cause: /workflow child failed: RequestFailed/ },
    },
  }),
  ...ways(runs, {
    two: {
      data: { order: 'o1', lines: [{ item: 'desk' }, { item: 'unsure desk' }] },
      ends: { result: 'ran', data: { results: ['booked', 'maybe'] } },
    },
  }),
  ...ways(deep, {
    three: { data: { order: 'o1', item: 'desk' }, ends: { result: 'moved in', data: { inner: 'ordered' } } },
  }),
];
