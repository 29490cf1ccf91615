import type { DataOf } from 'laneway/message';
import { defineWorkflow, type Ref } from 'laneway/workflow';
import { Price, Release, Reserve, type Reserved, start } from '../messages.js';
import { parity } from '../topology.js';
import { ways, type ParityCase } from '../parity-case.js';

const within = { timeout: '5 minutes' } as const;
const undone = {
  ...within,
  compensate: { with: Release, data: (held: Ref<DataOf<typeof Reserved>>) => ({ slot: held.slot }) },
} as const;

/** Three steps of which the last decides: the first two are undone, the last first. */
const saga = defineWorkflow(parity, 'saga', { startedBy: start.saga }, (flow, order) => {
  const oven = flow.request('oven', Reserve, { order: order.order, item: 'oven' }, undone);
  flow.request('sink', Reserve, { order: oven.slot, item: flow.orElse(order.note, 'sink') }, undone);
  const priced = flow.request('price', Price, { item: order.item }, within);
  flow.match(priced.grade, {
    cheap: () => flow.complete('built'),
    fair: () => flow.complete('built', { cents: priced.cents }),
    dear: () => flow.fail('TooDear', 'nobody pays that'),
  });
});

/** Branches that are undone, whichever was first. */
const pair = defineWorkflow(parity, 'saga-pair', { startedBy: start.sides2 }, (flow, order) => {
  const { left } = flow.parallel({
    left: () => flow.request('left', Reserve, { order: order.order, item: 'left' }, undone).slot,
    right: () => {
      flow.request('right', Reserve, { order: order.order, item: 'right' }, undone);
      flow.request('top', Reserve, { order: order.order, item: 'top' }, undone);
    },
  });
  flow.request('last', Reserve, { order: left, item: order.item }, within);
  flow.complete('built');
});

/** Elements that are undone, with what each of them was. */
const elements = defineWorkflow(parity, 'saga-elements', { startedBy: start.elements }, (flow, basket) => {
  flow.request('room', Reserve, { order: basket.order, item: 'room' }, undone);
  flow.map(
    'lines',
    basket.lines,
    (line) => void flow.request('slot', Reserve, { order: basket.order, item: line.item }, undone),
  );
  const { decision } = flow.approval('sure', { title: 'Sure?', approvers: 'owners', timeout: '5 minutes' });
  flow.match(decision, {
    approved: () => flow.complete('built'),
    rejected: () => flow.fail('Rejected', 'not after all'),
    silent: () => flow.fail('Silent'),
  });
});

/** An undoing that is refused does not keep the others from being undone. */
const kept = defineWorkflow(parity, 'saga-kept', { startedBy: start.kept }, (flow, order) => {
  flow.request('one', Reserve, { order: order.order, item: 'one' }, undone);
  flow.request('two', Reserve, { order: order.order, item: 'stuck two' }, undone);
  flow.request('three', Reserve, { order: order.order, item: 'three' }, undone);
  flow.fail('ChangedMind');
});

export const sagas: readonly ParityCase[] = [
  ...ways(saga, {
    'undone in reverse': {
      data: { order: 'o1', item: 'dear kitchen' },
      ends: { error: 'TooDear', cause: 'nobody pays that' },
    },
    'nothing to undo': {
      data: { order: 'o2', item: 'kitchen' },
      ends: { result: 'built', data: { cents: 700 } },
    },
    'half of it': {
      data: { order: 'o3', item: 'kitchen', note: 'refused sink' },
      ends: { error: 'RequestFailed', cause: /refused sink: not to be had/ },
    },
  }),
  ...ways(pair, {
    undone: {
      data: { order: 'o1', item: 'refused end' },
      ends: { error: 'RequestFailed', cause: /refused end: not to be had/ },
    },
  }),
  ...ways(elements, {
    rejected: {
      data: { order: 'o1', lines: [{ item: 'a' }, { item: 'b' }, { item: 'c' }] },
      meanwhile: [{ decide: 'rejected', step: 'sure' }],
      ends: { error: 'Rejected', cause: 'not after all' },
    },
  }),
  ...ways(kept, { kept: { data: { order: 'o1', item: 'x' }, ends: { error: 'ChangedMind', cause: 'ChangedMind' } } }),
];
