import { defineWorkflow } from 'laneway/workflow';
import { Knocked, Noted, Paid, Price, start } from '../messages.js';
import { parity } from '../topology.js';
import { ways, type ParityCase } from '../parity-case.js';

const within = { timeout: '5 minutes' } as const;

/** A pause between two steps. */
const waits = defineWorkflow(parity, 'waits', { startedBy: start.waits }, (flow, order) => {
  flow.publish('before', Noted, { order: order.order, text: 'before' });
  flow.wait('dry', '2 seconds');
  flow.publish('after', Noted, { order: order.order, text: 'after' });
  flow.complete('dry');
});

/** Until a time that the start message names. */
const until = defineWorkflow(parity, 'until', { startedBy: start.until }, (flow, order) => {
  flow.wait('open', { until: flow.orElse(order.at, '2020-01-01T00:00:00Z') });
  const priced = flow.request('price', Price, { item: order.item }, within);
  flow.complete('open', { cents: priced.cents });
});

/** A payment is waited for, and comes while it is. */
const paid = defineWorkflow(parity, 'paid', { startedBy: start.paid }, (flow, order) => {
  flow.publish('invoice', Noted, { order: order.order, text: 'please pay' });
  const payment = flow.receive('payment', Paid, { timeout: '5 minutes' });
  flow.complete('paid', { cents: payment.cents, by: payment.order });
});

/** A payment that came before anybody waited for it. */
const early = defineWorkflow(parity, 'early', { startedBy: start.early }, (flow, order) => {
  flow.publish('offer', Noted, { order: order.order, text: 'pay whenever you like' });
  flow.receive('knock', Knocked, { timeout: '5 minutes' });
  const payment = flow.receive('payment', Paid, { timeout: '5 minutes', key: order.order });
  flow.publish('thanks', Noted, { order: payment.order, text: 'thanks', cents: payment.cents });
  flow.complete('paid');
});

/** Each element waits for the message that is about it. */
const keyed = defineWorkflow(parity, 'keyed', { startedBy: start.keyed }, (flow, basket) => {
  flow.publish('invoices', Noted, { order: basket.order, text: 'please pay each' });
  const cents = flow.map(
    'lines',
    basket.lines,
    (line) => flow.receive('payment', Paid, { timeout: '5 minutes', key: line.item }).cents,
  );
  flow.complete('paid', { cents });
});

/** Nobody pays: what is taken for that, and the second time the end. */
const unpaid = defineWorkflow(parity, 'unpaid', { startedBy: start.unpaid }, (flow, order) => {
  const none = flow.receive('first', Paid, {
    timeout: '2 seconds',
    key: order.order,
    onTimeout: { order: 'nobody', cents: 0 },
  });
  flow.publish('reminder', Noted, { order: none.order, text: 'reminder', cents: none.cents });
  flow.receive('second', Paid, { timeout: '2 seconds', key: order.item });
  flow.complete('never');
});

export const waiting: readonly ParityCase[] = [
  ...ways(waits, { dry: { data: { order: 'o1', item: 'paint' }, ends: { result: 'dry' } } }),
  ...ways(until, {
    past: {
      data: { order: 'o1', item: 'gate', at: '2021-06-01T08:00:00+02:00' },
      ends: { result: 'open', data: { cents: 400 } },
    },
    absent: { data: { order: 'o2', item: 'bar' }, ends: { result: 'open', data: { cents: 300 } } },
    'no time': {
      data: { order: 'o3', item: 'bar', at: 'some day' },
      ends: { error: 'RequestFailed', cause: /waits until "some day"/ },
    },
  }),
  ...ways(paid, {
    paid: {
      data: { order: 'o1', item: 'x' },
      meanwhile: [
        { publish: Paid, data: { order: 'o1', cents: 12 }, after: Noted },
        { publish: Paid, data: { order: 'o1', cents: 13 }, after: Paid },
      ],
      ends: { result: 'paid', data: { cents: 12, by: 'o1' } },
    },
  }),
  ...ways(early, {
    early: {
      data: { order: 'o1', item: 'x' },
      meanwhile: [
        { publish: Paid, data: { order: 'another', cents: 1 }, subject: 'another', after: Noted },
        { publish: Paid, data: { order: 'o1', cents: 12 }, subject: 'o1', after: Paid },
        { publish: Knocked, data: { item: 'door' }, after: Paid, times: 2 },
      ],
      ends: { result: 'paid' },
    },
  }),
  ...ways(keyed, {
    'each its own': {
      data: { order: 'o1', lines: [{ item: 'a' }, { item: 'b' }] },
      meanwhile: [
        { publish: Paid, data: { order: 'o1', cents: 2 }, subject: 'b', after: Noted },
        { publish: Paid, data: { order: 'o1', cents: 1 }, subject: 'a', after: Paid },
      ],
      ends: { result: 'paid', data: { cents: [1, 2] } },
    },
  }),
  ...ways(unpaid, {
    unpaid: { data: { order: 'o1', item: 'x' }, ends: { error: 'RequestTimedOut' } },
  }),
];
