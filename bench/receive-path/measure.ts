import { isDeepStrictEqual } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { SQSEvent } from 'aws-lambda';
import type { ReceiveSide } from './job.js';

/** Side whose time is taken. */
export type MeasuredSide = Pick<ReceiveSide, 'receive'>;

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
export async function runCollected(side: MeasuredSide, events: readonly SQSEvent[]): Promise<Stretch> {
  collect();
  return goOn(side, events);
}

/** Runs the events one after the other, as one instance of a Lambda function does; nothing may go back. */
export async function goOn(side: MeasuredSide, events: readonly SQSEvent[]): Promise<Stretch> {
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
 * Compares sides over the same events: they must send back the same messages and have the same outcomes of all others.
 * @returns counts of messages by outcome
 * @throws Error when they differ
 */
export async function verifyEqual(sides: readonly [ReceiveSide, ...ReceiveSide[]], events: readonly SQSEvent[]) {
  let returned = 0;
  for (const event of events)
    returned += theSame(await Promise.all(sides.map((side) => side.receive(event))), 'send back').length;
  const told = theSame(await Promise.all(sides.map((side) => side.told())), 'tell');
  const messages = events.reduce((sum, { Records }) => sum + Records.length, 0);
  const counts = {
    handled: told.handled.length,
    expired: told.expired.length,
    deadLetters: told.deadLetters.length,
  };
  const duplicates = messages - returned - counts.handled - counts.expired - counts.deadLetters;
  return { messages, ...counts, duplicates, returned };
}

function theSame<Answer>([first, ...others]: readonly Answer[], verb: string): Answer {
  if (first === undefined) throw new Error('there is no side to compare');
  for (const other of others)
    if (!isDeepStrictEqual(first, other))
      throw new Error(`the sides ${verb} ${JSON.stringify(first)} and ${JSON.stringify(other)}`);
  return first;
}
