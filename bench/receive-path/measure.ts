import { isDeepStrictEqual } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { SQSEvent } from 'aws-lambda';
import type { ReceiveSide } from './job.js';

/** Cost of one stretch of messages. */
export interface Stretch {
  readonly messages: number;
  /** Processor time of the whole process, garbage collection and compilation included, seconds. */
  readonly cpu: number;
  /** Time by the clock, seconds. */
  readonly wall: number;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes in use after a full collection. */
export function heapInUse(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

/** {@link goOn} after a full collection, so that no side pays for the garbage of the other. */
export async function runCollected(side: ReceiveSide, events: readonly SQSEvent[]): Promise<Stretch> {
  collect();
  return goOn(side, events);
}

/** Runs the events one after the other, as one instance of a Lambda function does; nothing may go back. */
export async function goOn(side: ReceiveSide, events: readonly SQSEvent[]): Promise<Stretch> {
  const cpu = process.cpuUsage();
  const began = performance.now();
  let returned = 0;
  for (const event of events) returned += (await side.receive(event)).length;
  const wall = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  if (returned > 0) throw new Error(`${returned} good messages went back`);
  const messages = events.reduce((sum, { Records }) => sum + Records.length, 0);
  return { messages, cpu: (user + system) / 1e6, wall };
}

export const rateOf = ({ messages, cpu }: Stretch): number => messages / cpu;

/**
 * Compares two sides over the same events: they must send back the same messages and have the same outcomes of all others.
 * @returns counts of messages by outcome
 * @throws Error when they differ
 */
export async function verifyEqual(sides: readonly [ReceiveSide, ReceiveSide], events: readonly SQSEvent[]) {
  let returned = 0;
  for (const event of events) {
    const [first, second] = await Promise.all(sides.map((side) => side.receive(event)));
    if (!isDeepStrictEqual(first, second))
      throw new Error(`the sides send back ${JSON.stringify(first)} and ${JSON.stringify(second)}`);
    returned += first?.length ?? 0;
  }
  const [first, second] = await Promise.all(sides.map((side) => side.told()));
  if (!isDeepStrictEqual(first, second) || !first)
    throw new Error(`the sides tell ${JSON.stringify(first)} and ${JSON.stringify(second)}`);
  const messages = events.reduce((sum, { Records }) => sum + Records.length, 0);
  const counts = {
    handled: first.handled.length,
    expired: first.expired.length,
    deadLetters: first.deadLetters.length,
  };
  const duplicates = messages - returned - counts.handled - counts.expired - counts.deadLetters;
  return { messages, ...counts, duplicates, returned };
}
