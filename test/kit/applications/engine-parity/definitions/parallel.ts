import { defineWorkflow } from 'laneway/workflow';
import { Noted, Price, Reserve, start } from '../messages.js';
import { parity } from '../topology.js';
import { ways, type ParityCase } from '../parity-case.js';

const within = { timeout: '5 minutes' } as const;

/** Two requests side by side, both replies used behind. */
const both = defineWorkflow(parity, 'both', { startedBy: start.both }, (flow, order) => {
  const { priced, reserved } = flow.parallel({
    priced: () => flow.request('price', Price, { item: order.item }, within),
    reserved: () => flow.request('reserve', Reserve, { order: order.order, item: order.item }, within).slot,
  });
  flow.publish('tell', Noted, { order: order.order, text: reserved, cents: priced.cents });
  flow.complete('both', { cents: priced.cents, slot: reserved });
});

/** Branches within branches, each of its own length. */
const halves = defineWorkflow(parity, 'halves', { startedBy: start.halves }, (flow, order) => {
  const price = (step: string, item: string) => flow.request(step, Price, { item }, within).cents;
  const { left, right } = flow.parallel({
    left: () => {
      const inner = flow.parallel({ one: () => price('one', 'a'), two: () => price('two', 'bb') });
      const three = price('three', 'ccc');
      return { one: inner.one, two: inner.two, three };
    },
    right: () => {
      flow.publish('tell', Noted, { order: order.order, text: 'right' });
      return flow.parallel({ four: () => price('four', 'dddd'), none: () => 'nothing to do' });
    },
  });
  flow.complete('four', { left, right });
});

/** A match within a branch, beside a map with a match in it. */
const sides = defineWorkflow(parity, 'sides', { startedBy: start.sides }, (flow, basket) => {
  const { main, rest } = flow.parallel({
    main: () => {
      const priced = flow.request('main', Price, { item: 'dear chest' }, within);
      return flow.match(priced.grade, {
        cheap: () => ({ slot: 'none' }),
        fair: () => ({ slot: 'any' }),
        dear: () => ({
          slot: flow.request('reserve', Reserve, { order: basket.order, item: priced.item }, within).slot,
        }),
      });
    },
    rest: () =>
      flow.map('rest', basket.lines, (line) => {
        const priced = flow.request('price', Price, { item: line.item, count: line.count }, within);
        return flow.match(priced.grade, {
          cheap: () => 0,
          fair: () => priced.cents,
          dear: () => flow.request('smaller', Price, { item: 'copy', count: line.count }, within).cents,
        });
      }),
  });
  flow.complete('priced', { slot: main.slot, rest });
});

/** A map beside a request; what the map's steps return is not used. */
const beside = defineWorkflow(parity, 'beside', { startedBy: start.beside }, (flow, basket) => {
  const { slot } = flow.parallel({
    all: () => {
      flow.map('all', basket.lines, (line) => flow.publish('tell', Noted, { order: basket.order, text: line.item }));
    },
    slot: () => flow.request('reserve', Reserve, { order: basket.order, item: 'van' }, within).slot,
  });
  flow.complete('told', { slot });
});

/** A wait beside work: what follows comes when both are over. */
const pause = defineWorkflow(parity, 'pause', { startedBy: start.pause }, (flow, order) => {
  const { priced } = flow.parallel({
    dried: () => flow.wait('dry', '2 seconds'),
    priced: () => flow.request('price', Price, { item: order.item }, within).cents,
    never: () => flow.wait('never', { until: '2020-01-01T00:00:00Z' }),
  });
  flow.complete('dry', { priced });
});

/** One branch fails for good when the other has ended: it is seen from what that one tells. */
const broken = defineWorkflow(parity, 'broken', { startedBy: start.broken }, (flow, order) => {
  const key = order.order;
  flow.parallel({
    good: () => {
      const priced = flow.request('price', Price, { item: order.item }, within);
      flow.publish('tell', Noted, { order: key, text: 'priced', cents: priced.cents });
    },
    bad: () => {
      const told = flow.receive('told', Noted, { timeout: '5 minutes' });
      flow.request('reserve', Reserve, { order: told.order, item: 'refused slot' }, within);
    },
  });
  flow.complete('never');
});

export const parallel: readonly ParityCase[] = [
  ...ways(both, {
    both: { data: { order: 'o1', item: 'bench' }, ends: { result: 'both', data: { cents: 500, slot: 'o1/bench' } } },
    'both are refused': {
      data: { order: 'o2', item: 'refused bench' },
      ends: { error: 'RequestFailed', cause: /refused bench: not to be had/ },
    },
  }),
  ...ways(halves, {
    four: {
      data: { order: 'o1', item: 'x' },
      ends: {
        result: 'four',
        data: { left: { one: 100, two: 200, three: 300 }, right: { four: 400, none: 'nothing to do' } },
      },
    },
  }),
  ...ways(sides, {
    'all grades': {
      data: { order: 'o1', lines: [{ item: 'cheap peg' }, { item: 'peg', count: 3 }, { item: 'dear peg', count: 2 }] },
      ends: { result: 'priced', data: { slot: 'o1/dear chest', rest: [0, 900, 800] } },
    },
  }),
  ...ways(beside, {
    told: {
      data: { order: 'o1', lines: [{ item: 'a' }, { item: 'b' }] },
      ends: { result: 'told', data: { slot: 'o1/van' } },
    },
  }),
  ...ways(pause, {
    dry: { data: { order: 'o1', item: 'varnish' }, ends: { result: 'dry', data: { priced: 700 } } },
  }),
  ...ways(broken, {
    broken: {
      data: { order: 'o1', item: 'lamp' },
      ends: { error: 'RequestFailed', cause: /refused slot: not to be had/ },
    },
  }),
];
