import { defineWorkflow } from 'laneway/workflow';
import { Noted, Price, Reserve, start } from '../messages.js';
import { parity } from '../topology.js';
import { ways, type ParityCase } from '../parity-case.js';

const within = { timeout: '5 minutes' } as const;

/** Arms return values, which are used behind the match; one arm completes. */
const grades = defineWorkflow(parity, 'grades', { startedBy: start.grades }, (flow, order) => {
  const priced = flow.request('price', Price, { item: order.item }, within);
  const chosen = flow.match(priced.grade, {
    cheap: () => flow.complete('given away', { cents: priced.cents }),
    fair: () => ({ text: priced.item, cents: priced.cents }),
    dear: () => {
      const half = flow.request('smaller', Price, { item: 'cheap copy' }, within);
      return { text: half.item, cents: half.cents };
    },
  });
  flow.publish('tell', Noted, { order: order.order, text: chosen.text, cents: chosen.cents });
  flow.complete('sold', chosen);
});

/** A boolean, and an arm that fails. */
const sure = defineWorkflow(parity, 'sure', { startedBy: start.sure }, (flow, order) => {
  const reserved = flow.request('reserve', Reserve, { order: order.order, item: order.item }, within);
  flow.match(reserved.sure, {
    true: () => flow.complete('sure', { slot: reserved.slot }),
    false: () => flow.fail('NotSure', `nobody is sure of the slot`),
  });
});

/** A match within arms of another; the same steps in several arms; what goes on meets behind both. */
const nested = defineWorkflow(parity, 'nested', { startedBy: start.nested }, (flow, order) => {
  const priced = flow.request('price', Price, { item: order.item }, within);
  const reserve = () => {
    const slot = flow.request('reserve', Reserve, { order: order.order, item: order.item }, within);
    flow.match(slot.sure, {
      true: () => flow.publish('tell', Noted, { order: order.order, text: slot.slot }),
      false: () => flow.publish('warn', Noted, { order: order.order, text: 'unsure' }),
    });
    return slot.slot;
  };
  const slot = flow.match(priced.grade, {
    cheap: () => 'none',
    fair: reserve,
    dear: reserve,
  });
  flow.request('after', Price, { item: slot }, within);
  flow.complete('done', { slot });
});

/** Literals in place of what is absent: of a field, of a field of it, of a list. */
const absent = defineWorkflow(parity, 'absent', { startedBy: start.absent }, (flow, order) => {
  const priced = flow.request('price', Price, { item: order.item }, within);
  const why = flow.orElse(priced.discount.why, 'no reason');
  const percent = flow.orElse(priced.discount.percent, 0);
  flow.publish('tell', Noted, { order: order.order, text: why, cents: percent });
  flow.complete('told', { why, percent, note: flow.orElse(priced.note, '{% none %}') });
});

/** Conditions on numbers, texts, booleans and what may be absent, alone and together; one goes into a payload. */
const limits = defineWorkflow(parity, 'limits', { startedBy: start.limits }, (flow, order) => {
  const priced = flow.request('price', Price, { item: order.item }, within);
  const reserved = flow.request('reserve', Reserve, { order: order.order, item: order.item }, within);
  const reduced = flow.present(priced.discount);
  const dear = flow.is(priced.cents, '>', 800);
  const plain = flow.all(
    flow.not(reduced),
    flow.is(priced.grade, '!=', 'dear'),
    flow.is(priced.item, '=', reserved.item),
  );
  const where = flow.match(flow.any(plain, flow.is(priced.cents, '<=', 400)), {
    true: () => flow.match(dear, { true: () => 'plain and dear', false: () => 'plain' }),
    false: () => flow.match(flow.is(reserved.sure, '=', false), { true: () => 'unsure', false: () => 'reduced' }),
  });
  flow.complete('judged', { where, dear, reduced, early: flow.is(priced.item, '<', 'm') });
});

export const choice: readonly ParityCase[] = [
  ...ways(limits, {
    plain: {
      data: { order: 'o1', item: 'hook' },
      ends: { result: 'judged', data: { where: 'plain', dear: false, reduced: false, early: true } },
    },
    'plain and dear': {
      data: { order: 'o2', item: 'wardrobe' + ' door' },
      ends: { result: 'judged', data: { where: 'plain and dear', dear: true, reduced: false, early: false } },
    },
    reduced: {
      data: { order: 'o3', item: 'dear door' },
      ends: { result: 'judged', data: { where: 'reduced', dear: false, reduced: true, early: true } },
    },
  }),
  ...ways(grades, {
    cheap: { data: { order: 'o1', item: 'cheap hook' }, ends: { result: 'given away', data: { cents: 900 } } },
    fair: { data: { order: 'o2', item: 'hook' }, ends: { result: 'sold', data: { text: 'hook', cents: 400 } } },
    dear: {
      data: { order: 'o3', item: 'dear hook' },
      ends: { result: 'sold', data: { text: 'cheap copy', cents: 900 } },
    },
  }),
  ...ways(sure, {
    true: { data: { order: 'o1', item: 'desk' }, ends: { result: 'sure', data: { slot: 'o1/desk' } } },
    false: {
      data: { order: 'o2', item: 'unsure desk' },
      ends: { error: 'NotSure', cause: 'nobody is sure of the slot' },
    },
  }),
  ...ways(nested, {
    'outer arm alone': { data: { order: 'o1', item: 'cheap box' }, ends: { result: 'done', data: { slot: 'none' } } },
    'both, one way': {
      data: { order: 'o2', item: 'dear box' },
      ends: { result: 'done', data: { slot: 'o2/dear box' } },
    },
    'both, the other': {
      data: { order: 'o3', item: 'unsure box' },
      ends: { result: 'done', data: { slot: 'o3/unsure box' } },
    },
  }),
  ...ways(absent, {
    absent: {
      data: { order: 'o1', item: 'rail' },
      ends: { result: 'told', data: { why: 'no reason', percent: 0, note: '{% none %}' } },
    },
    'half there': {
      data: { order: 'o2', item: 'dear rail' },
      ends: { result: 'told', data: { why: 'no reason', percent: 10, note: '{% none %}' } },
    },
  }),
];
