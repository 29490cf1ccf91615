import { defineWorkflow, type Input } from 'laneway/workflow';
import { Ask, Noted, Paid, Price, Release, Reserve, start } from '../messages.js';
import { parity } from '../topology.js';
import { ways, type ParityCase } from '../parity-case.js';

const within = { timeout: '5 minutes' } as const;

/** All of it: lines are reserved side by side beside a decision, then paid for, and undone when the last step fails. */
const house = defineWorkflow(parity, 'house', { startedBy: start.house }, (flow, basket) => {
  const { slots, asked } = flow.parallel({
    slots: () =>
      flow.map('lines', basket.lines, (line) => {
        const priced = flow.request('price', Price, { item: line.item, count: line.count }, within);
        const slot = flow.match(priced.grade, {
          cheap: () => ({ slot: 'none', cents: 0 }),
          fair: () => ({ slot: reserve(line.item), cents: priced.cents }),
          dear: () => {
            const { answer } = flow.request('ask', Ask, { question: 'try 2' }, within);
            return { slot: reserve(answer), cents: priced.cents };
          },
        });
        return { item: line.item, slot };

        function reserve(item: Input<string>) {
          return flow.request(
            'reserve',
            Reserve,
            { order: basket.order, item },
            { ...within, compensate: { with: Release, data: (held) => ({ slot: held.slot }) } },
          ).slot;
        }
      }),
    asked: () => flow.approval('budget', { title: basket.order, approvers: 'owners', timeout: '5 minutes' }),
  });
  flow.match(asked.decision, {
    approved: () => flow.publish('invoice', Noted, { order: basket.order, text: asked.by }),
    rejected: () => flow.fail('Rejected', 'the house is not built'),
    silent: () => flow.fail('Silent'),
  });
  const paid = flow.receive('payment', Paid, { timeout: '5 minutes', key: basket.order });
  flow.complete('built', { slots, cents: paid.cents });
});

/** Maps in branches in maps, with waits and matches at the bottom. */
const street = defineWorkflow(parity, 'street', { startedBy: start.street }, (flow, order) => {
  const houses = flow.map('houses', order.rooms, ({ room, items }) => {
    const { inside, outside } = flow.parallel({
      inside: () =>
        flow.map('items', items, (item) => {
          const { sure } = flow.request('reserve', Reserve, { order: room, item }, within);
          return flow.match(sure, {
            true: () => 'sure',
            false: () => {
              flow.wait('think', '1 second');
              return flow.request('price', Price, { item }, within).grade;
            },
          });
        }),
      outside: () => flow.request('garden', Price, { item: room }, within).cents,
    });
    return { inside, outside };
  });
  flow.complete('built', { houses, first: houses.at(0).inside });
});

export const mixed: readonly ParityCase[] = [
  ...ways(house, {
    built: {
      data: { order: 'o1', lines: [{ item: 'cheap roof' }, { item: 'wall', count: 4 }, { item: 'dear door' }] },
      meanwhile: [
        { decide: 'approved', step: 'budget' },
        { publish: Paid, data: { order: 'o1', cents: 5 }, subject: 'o1', after: Noted },
      ],
      ends: {
        result: 'built',
        data: {
          cents: 5,
          slots: [
            { item: 'cheap roof', slot: { slot: 'none', cents: 0 } },
            { item: 'wall', slot: { slot: 'o1/wall', cents: 1600 } },
            { item: 'dear door', slot: { slot: 'o1/to try 2', cents: 800 } },
          ],
        },
      },
    },
    'rejected, and undone': {
      data: { order: 'o2', lines: [{ item: 'wall' }, { item: 'dear door' }] },
      meanwhile: [{ decide: 'rejected', step: 'budget' }],
      ends: { error: 'Rejected', cause: 'the house is not built' },
    },
  }),
  ...ways(street, {
    two: {
      data: {
        order: 'o1',
        rooms: [
          { room: 'no 1', items: ['gate', 'unsure tree'] },
          { room: 'no 3', items: [] },
        ],
      },
      ends: {
        result: 'built',
        data: {
          houses: [
            { inside: ['sure', 'fair'], outside: 300 },
            { inside: [], outside: 300 },
          ],
          first: ['sure', 'fair'],
        },
      },
    },
  }),
];
