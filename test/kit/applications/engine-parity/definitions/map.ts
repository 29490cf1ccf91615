import { defineWorkflow } from 'laneway/workflow';
import { Noted, Price, Reserve, start } from '../messages.js';
import { parity } from '../topology.js';
import { ways, type ParityCase } from '../parity-case.js';

const within = { timeout: '5 minutes' } as const;

/** The same steps for each element, two elements at once; the list is used in what follows. */
const each = defineWorkflow(parity, 'each', { startedBy: start.each }, (flow, basket) => {
  const prices = flow.map(
    'prices',
    basket.lines,
    (line) => flow.request('price', Price, { item: line.item, count: line.count }, within).cents,
    { concurrency: 2 },
  );
  const first = flow.orElse(prices.at(0), 0);
  flow.publish('tell', Noted, { order: basket.order, text: 'first', cents: first });
  flow.complete('priced', { prices, last: prices.at(-1) });
});

/** A map within a map. */
const rooms = defineWorkflow(parity, 'rooms', { startedBy: start.rooms }, (flow, order) => {
  const slots = flow.map('rooms', order.rooms, ({ room, items }) => {
    const inner = flow.map('items', items, (item) => flow.request('slot', Reserve, { order: room, item }, within).slot);
    return { room, inner };
  });
  flow.complete('furnished', { slots });
});

/** Branches within each element, and a step behind them. */
const pairs = defineWorkflow(parity, 'pairs', { startedBy: start.pairs }, (flow, basket) => {
  const done = flow.map('lines', basket.lines, (line) => {
    const { priced, reserved } = flow.parallel({
      priced: () => flow.request('price', Price, { item: line.item }, within),
      reserved: () => flow.request('reserve', Reserve, { order: basket.order, item: line.item }, within),
    });
    flow.publish('tell', Noted, { order: basket.order, text: reserved.slot, cents: priced.cents });
    return { slot: reserved.slot, cents: priced.cents };
  });
  flow.complete('paired', { done });
});

/** A match within each element, whose arms go different ways; nothing is returned. */
const sorted = defineWorkflow(parity, 'sorted', { startedBy: start.sorted }, (flow, basket) => {
  flow.map('lines', basket.lines, (line) => {
    const priced = flow.request('price', Price, { item: line.item }, within);
    flow.match(priced.grade, {
      cheap: () => flow.publish('bin', Noted, { order: basket.order, text: 'bin' }),
      fair: () => flow.wait('shelve', '1 second'),
      dear: () => void flow.request('safe', Reserve, { order: basket.order, item: line.item }, within),
    });
  });
  flow.complete('sorted');
});

/** A list that may be absent, or empty. */
const gifts = defineWorkflow(parity, 'gifts', { startedBy: start.gifts }, (flow, basket) => {
  const list = flow.orElse(basket.gifts, []);
  const wrapped = flow.map('gifts', list, (gift) => flow.request('price', Price, { item: gift }, within).item);
  const lines = flow.map('lines', basket.lines, (line) => line.item);
  flow.complete('listed', { wrapped, lines });
});

/** One element at a time: behind one that fails, none is begun. */
const element = defineWorkflow(parity, 'element', { startedBy: start.element }, (flow, basket) => {
  flow.map(
    'lines',
    basket.lines,
    (line) => void flow.request('reserve', Reserve, { order: basket.order, item: line.item }, within),
    { concurrency: 1 },
  );
  flow.complete('never');
});

export const map: readonly ParityCase[] = [
  ...ways(each, {
    five: {
      data: {
        order: 'o1',
        lines: [{ item: 'a' }, { item: 'bb', count: 2 }, { item: 'c' }, { item: 'dddd' }, { item: 'e' }],
      },
      ends: { result: 'priced', data: { prices: [100, 400, 100, 400, 100], last: 100 } },
    },
    one: {
      data: { order: 'o2', lines: [{ item: 'a' }] },
      ends: { result: 'priced', data: { prices: [100], last: 100 } },
    },
    none: { data: { order: 'o3', lines: [] }, ends: { result: 'priced', data: { prices: [] } } },
  }),
  ...ways(rooms, {
    rooms: {
      data: {
        order: 'o1',
        rooms: [
          { room: 'hall', items: ['rug', 'lamp'] },
          { room: 'attic', items: [] },
          { room: 'bath', items: ['tub'] },
        ],
      },
      ends: {
        result: 'furnished',
        data: {
          slots: [
            { room: 'hall', inner: ['hall/rug', 'hall/lamp'] },
            { room: 'attic', inner: [] },
            { room: 'bath', inner: ['bath/tub'] },
          ],
        },
      },
    },
  }),
  ...ways(pairs, {
    two: {
      data: { order: 'o1', lines: [{ item: 'door' }, { item: 'key' }] },
      ends: {
        result: 'paired',
        data: {
          done: [
            { slot: 'o1/door', cents: 400 },
            { slot: 'o1/key', cents: 300 },
          ],
        },
      },
    },
  }),
  ...ways(sorted, {
    three: {
      data: { order: 'o1', lines: [{ item: 'cheap cup' }, { item: 'cup' }, { item: 'dear cup' }] },
      ends: { result: 'sorted' },
    },
  }),
  ...ways(gifts, {
    absent: {
      data: { order: 'o1', lines: [{ item: 'a' }, { item: 'b' }] },
      ends: { result: 'listed', data: { wrapped: [], lines: ['a', 'b'] } },
    },
    'one each': {
      data: { order: 'o2', lines: [{ item: 'a' }], gifts: ['bow'] },
      ends: { result: 'listed', data: { wrapped: ['bow'], lines: ['a'] } },
    },
  }),
  ...ways(element, {
    'the last fails': {
      data: { order: 'o1', lines: [{ item: 'a' }, { item: 'refused b' }] },
      ends: { error: 'RequestFailed', cause: /refused b: not to be had/ },
    },
    'the second of three fails': {
      data: { order: 'o2', lines: [{ item: 'a' }, { item: 'refused b' }, { item: 'c' }] },
      ends: { error: 'RequestFailed', cause: /refused b: not to be had/ },
      needs: 'fail-fast',
    },
  }),
];
