import { defineWorkflow } from 'laneway/workflow';
import { Echo, Noted, Price, Reserve, start } from '../messages.js';
import { parity } from '../topology.js';
import { ways, type ParityCase } from '../parity-case.js';

const within = { timeout: '5 minutes' } as const;

/** One request; the end tells parts of the reply, from both ends of a list. */
const quote = defineWorkflow(parity, 'quote', { startedBy: start.quote }, (flow, order) => {
  const priced = flow.request('price', Price, { item: order.item }, within);
  flow.complete('quoted', {
    order: order.order,
    cents: priced.cents,
    first: priced.parts.at(0).name,
    last: { name: priced.parts.at(-1).name, of: [priced.item, 'in a list', priced.parts] },
  });
});

/** One step after the other; what is told in between is not waited for. */
const told = defineWorkflow(parity, 'told', { startedBy: start.told }, (flow, order) => {
  const priced = flow.request('price', Price, { item: order.item, count: 2 }, within);
  flow.publish('offer', Noted, { order: order.order, text: priced.grade, cents: priced.cents });
  const reserved = flow.request(
    'reserve',
    Reserve,
    { order: order.order, item: priced.item },
    { ...within, priority: 'high' },
  );
  flow.publish('slot', Noted, { order: order.order, text: reserved.slot }, { priority: 'normal' });
  flow.complete('reserved', { slot: reserved.slot, cents: priced.cents });
});

/** A field without a value is left out: an optional field of the start, of a reply, and what hangs on it. */
const carried = defineWorkflow(parity, 'carried', { startedBy: start.carried }, (flow, order) => {
  const priced = flow.request('price', Price, { item: order.item, note: order.note }, within);
  const again = flow.request('again', Price, { item: priced.item, note: priced.note }, within);
  flow.complete('carried', { note: again.note, discount: again.discount, percent: again.discount.percent, order });
});

/** Literals arrive as they stand, whatever they look like. */
const literals = defineWorkflow(parity, 'literals', { startedBy: start.literals }, (flow, given) => {
  const lines = [
    '{% $states.input %}',
    '$sum([1..3])',
    '{%',
    'it\'s "quoted" \\ and \n broken',
    '${DispatcherArn}',
    '',
  ];
  const echoed = flow.request('echo', Echo, { text: '{% $now() %}', lines, number: -0.5 }, within);
  const back = flow.request('back', Echo, { text: given.text, lines: [given.text, '{% 1 %}', echoed.text] }, within);
  flow.complete('literal', { literal: '{% 1 + 1 %}', nothing: null, none: [], empty: {}, echoed, back: back.lines });
});

/** Some twenty kilobytes of it, in many scripts, travel through three messages and the state. */
const large = defineWorkflow(parity, 'large', { startedBy: start.large }, (flow, given) => {
  const echoed = flow.request('echo', Echo, { text: given.text, lines: flow.orElse(given.lines, []) }, within);
  const again = flow.request('again', Echo, { text: echoed.text, lines: ['only', echoed.text] }, within);
  flow.complete('echoed', { text: again.lines, more: echoed.lines });
});

/** A path that just stops. */
const stops = defineWorkflow(parity, 'stops', { startedBy: start.stops }, (flow, order) => {
  flow.publish('note', Noted, { order: order.order, text: order.item });
});

/** The same command goes to whoever is named, has the capability, or is declared first. */
const nights = defineWorkflow(parity, 'nights', { startedBy: start.nights }, (flow, order) => {
  const named = flow.request('named', Price, { item: order.item }, { ...within, to: 'night-shift' });
  const able = flow.request('able', Price, { item: order.item }, { ...within, to: { capability: 'nights' } });
  const first = flow.request('first', Price, { item: order.item }, within);
  flow.complete('priced', { notes: [named.note, able.note], first: first.note });
});

const thousand = 'Straße, 木工, мастер, נגר, 🪑🪵 — '.repeat(200);

export const sequence: readonly ParityCase[] = [
  ...ways(quote, {
    quoted: {
      data: { order: 'o1', item: 'oak table' },
      ends: {
        result: 'quoted',
        data: {
          ...{ order: 'o1', cents: 800, first: 'oak' },
          last: {
            name: 'table',
            of: [
              'oak table',
              'in a list',
              [
                { name: 'oak', cents: 300 },
                { name: 'table', cents: 500 },
              ],
            ],
          },
        },
      },
    },
    refused: {
      data: { order: 'o2', item: 'refused table' },
      ends: { error: 'RequestFailed', cause: /refused table: not to be had/ },
    },
  }),
  ...ways(told, {
    told: {
      data: { order: 'o1', item: 'stool' },
      ends: { result: 'reserved', data: { slot: 'o1/stool', cents: 1000 } },
    },
  }),
  ...ways(carried, {
    'nothing to carry': {
      data: { order: 'o1', item: 'shelf' },
      ends: { result: 'carried', data: { order: { order: 'o1', item: 'shelf' } } },
    },
    'all of it': {
      data: { order: 'o2', item: 'dear shelf', note: 'grün' },
      ends: {
        result: 'carried',
        data: {
          ...{ note: 'noted: noted: grün', discount: { percent: 10 }, percent: 10 },
          order: { order: 'o2', item: 'dear shelf', note: 'grün' },
        },
      },
    },
  }),
  ...ways(literals, {
    'as they stand': {
      data: { text: '{% $states.context.Execution.Name %}' },
      ends: {
        result: 'literal',
        data: {
          ...{ literal: '{% 1 + 1 %}', nothing: null, none: [], empty: {} },
          echoed: {
            text: '{% $now() %}',
            lines: [
              '{% $states.input %}',
              '$sum([1..3])',
              '{%',
              'it\'s "quoted" \\ and \n broken',
              '${DispatcherArn}',
              '',
            ],
            number: -0.5,
          },
          back: ['{% $states.context.Execution.Name %}', '{% 1 %}', '{% $now() %}'],
        },
      },
    },
  }),
  ...ways(large, {
    'twenty kilobytes': {
      data: { text: thousand, lines: ['one line'] },
      ends: { result: 'echoed', data: { text: ['only', thousand], more: ['one line'] } },
    },
  }),
  ...ways(stops, { stops: { data: { order: 'o1', item: 'anything' }, ends: { result: 'completed' } } }),
  ...ways(nights, {
    priced: {
      data: { order: 'o1', item: 'bed' },
      ends: { result: 'priced', data: { notes: ['made at night', 'made at night'] } },
    },
  }),
];
