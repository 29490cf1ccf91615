import type * as z from 'zod';
import { createAgent, PermanentError } from 'laneway/agent';
import { Price, type Priced } from './messages.js';
import { parity } from './topology.js';

/** The price of an item and its parts follow from its name. */
export function priceOf(item: string, count = 1, note?: string): z.input<(typeof Priced)['schema']> {
  const parts = item.split(' ').map((name) => ({ name, cents: name.length * 100 }));
  const cents = count * parts.reduce((sum, part) => sum + part.cents, 0);
  const grade = item.startsWith('dear') ? 'dear' : item.startsWith('cheap') ? 'cheap' : 'fair';
  return {
    ...{ item, cents, grade, parts },
    ...(note === undefined ? {} : { note: `noted: ${note}` }),
    ...(grade === 'dear' ? { discount: { percent: 10 } } : {}),
  };
}

function refuse(what: string): never {
  throw new PermanentError(`${what}: not to be had`);
}

/** Prices, reserves, releases and echoes. */
export const workshop = createAgent(parity, 'workshop').handle({
  Price: ({ data: { item, count, note } }, { replyLater }) => {
    if (item.startsWith('refused')) return refuse(item);
    if (item.startsWith('silent') || item.startsWith('later')) return replyLater({ key: item, within: '1 hour' });
    return priceOf(item, count, note);
  },
  Reserve: ({ data: { order, item } }) => {
    if (item.startsWith('refused')) return refuse(item);
    return { item, slot: `${order}/${item}`, sure: !item.startsWith('unsure') };
  },
  Release: ({ data: { slot } }) => (slot.includes('stuck') ? refuse(slot) : { slot }),
  Echo: ({ data }) => data,
  Noted: () => undefined,
  Paid: () => undefined,
  Knocked: async ({ data: { item } }, { replyTo }) => {
    if (item.startsWith('later')) await replyTo(Price, item, priceOf(item));
  },
});

/** Prices what it is sent by name or capability; the rest goes to the workshop, which is declared first. */
export const nightShift = createAgent(parity, 'night-shift').handle({
  Price: ({ data: { item, count } }) => ({ ...priceOf(item, count), note: 'made at night' }),
  Reserve: ({ data: { item } }) => refuse(item),
  Release: ({ data: { slot } }) => refuse(slot),
  Echo: ({ data }) => data,
});

const answering = (id: 'sage' | 'deputy') =>
  createAgent(parity, id).handle({
    Ask: ({ data: { question }, attempt }) => {
      if (question === `try ${attempt}`) return { answer: `to ${question}`, by: id };
      throw new Error(`attempt ${attempt} does not know '${question}'`);
    },
  });

export const sage = answering('sage');
export const deputy = answering('deputy');

/** Hears what people are told. */
export const desk = createAgent(parity, 'desk').handle({ otherwise: () => undefined });

export const agents = [workshop, nightShift, sage, deputy, desk];
