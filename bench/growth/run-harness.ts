import { createAgent } from 'laneway/agent';
import { event } from 'laneway/message';
import { createHarness, type Harness } from 'laneway/testing';
import { defineTopology } from 'laneway/topology';
import * as z from 'zod';

const Noted = event('Noted', z.object({ n: z.number() }));
const notes = defineTopology('notes', {
  channels: { notes: { carries: [Noted] } },
  agents: { noter: { subscribes: ['notes'] } },
  clients: { desk: { publishes: [Noted] } },
});

function open(): { readonly harness: Harness; readonly noted: () => number } {
  let count = 0;
  const noter = createAgent(notes, 'noter').handle({ Noted: () => void count++ });
  return { harness: createHarness(notes, { agents: [noter] }), noted: () => count };
}

/** Publishes so many messages, and then has them handled. */
export async function runBurst(size: number): Promise<Harness> {
  const { harness, noted } = open();
  for (let n = 0; n < size; n++) await harness.publish(Noted, { n });
  await harness.settle();
  return checked(harness, noted(), size);
}

/** Publishes so many messages, and lets the world come to rest after each. */
export async function runConversations(size: number): Promise<Harness> {
  const { harness, noted } = open();
  for (let n = 0; n < size; n++) {
    await harness.publish(Noted, { n });
    await harness.settle();
  }
  return checked(harness, noted(), size);
}

function checked(harness: Harness, noted: number, size: number): Harness {
  if (noted !== size) throw new Error(`${noted} of ${size} messages were handled`);
  return harness;
}
