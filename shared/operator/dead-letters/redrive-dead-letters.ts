import { originOf } from '../../domain/wire/writers.js';
import type { DeadLetterEntry } from '../../domain/delivery/dead-letter.js';
import { isSettled } from '../../domain/delivery/delivery.js';
import { errorSignature, summarizeError } from '../../domain/base/errors.js';
import type { Actor, OperatorServices } from '../operator-services.js';
import { checkRedriveExpiry } from './redrive-expiry.js';
import { namesOf, redriveDeadLetter, type Redriven, type RedriveOptions } from './redrive-dead-letter.js';

/** Options of the redrive of several dead letters. */
export interface ManyOptions extends RedriveOptions {
  /** Messages a second, at most. @defaultValue as fast as they can be sent */
  readonly rate?: number;
}

/** Options of a canary redrive. */
export interface CanaryOptions extends ManyOptions {
  /** Milliseconds at most until each delivery of a batch has an outcome; after that the redrive stops. */
  readonly settleWithin: number;
  /** Called after each batch, with a line about it. */
  readonly progress?: (line: string) => void;
}

/** Result of a canary redrive. */
export interface CanaryReport {
  readonly redriven: readonly Redriven[];
  readonly completed: number;
  /** Reason for stopping before the end, and the number of dead letters that were not redriven; absent when all were. */
  readonly stopped?: { readonly why: string; readonly left: number };
}

/** Sizes of the batches of a canary redrive; after the last each is four times the one before. */
const FIRST_BATCHES = [1, 5, 20];
const LOOK_EVERY_MS = 500;

/**
 * Redrives dead letters one after the other. A store or a lane that cannot be reached ends it with that dead letter as
 * `failed`: the dead letters before it stay sent, and those after it, which have no result, are as they were.
 *
 * @throws LanewayError INVALID_OPTION for an expiry beyond what a lane keeps; nothing is redriven
 */
export async function redriveDeadLetters(
  letters: readonly DeadLetterEntry[],
  actor: Actor,
  options: ManyOptions,
  services: OperatorServices,
): Promise<Redriven[]> {
  checkRedriveExpiry(options.expiresIn, services.topology.model);
  const results: Redriven[] = [];
  let sent = false;
  for (const letter of letters) {
    if (sent && options.rate !== undefined) await services.pause(1_000 / options.rate);
    try {
      const result = await redriveDeadLetter(letter, actor, options, services);
      sent = result.result === 'sent';
      results.push(result);
    } catch (error) {
      const why = `${summarizeError(error).message.split('\n')[0] ?? ''}; redrive it again by its id`;
      return [...results, { ...namesOf(letter), result: 'failed', why }];
    }
  }
  return results;
}

/**
 * Redrives 1, then 5, then 20 dead letters and so on, each batch when every delivery of the one before has an outcome. Stops
 * when one of them became a dead letter again, has no outcome in time, or could not be sent.
 */
export async function redriveCanary(
  letters: readonly DeadLetterEntry[],
  actor: Actor,
  options: CanaryOptions,
  services: OperatorServices,
): Promise<CanaryReport> {
  const redriven: Redriven[] = [];
  let completed = 0;
  let at = 0;
  for (let round = 0; at < letters.length; round++) {
    const batch = letters.slice(at, at + batchSize(round));
    at += batch.length;
    const results = await redriveDeadLetters(batch, actor, options, services);
    redriven.push(...results);
    const sent = batch.filter((_, index) => results[index]?.result === 'sent');
    const failed = results.find(({ result }) => result === 'failed');
    const outcome = await settled(sent, options.settleWithin, services);
    completed += outcome.completed;
    options.progress?.(`${sent.length} redriven, ${outcome.completed} completed`);
    const trouble = outcome.trouble ?? failed?.why;
    if (trouble !== undefined)
      return { redriven, completed, stopped: { why: trouble, left: letters.length - redriven.length } };
  }
  return { redriven, completed };
}

/** Dead letters in a batch of a canary redrive, from round 0: 1, 5, 20, 80, 320... */
export function batchSize(round: number): number {
  const last = FIRST_BATCHES.length - 1;
  return FIRST_BATCHES[round] ?? (FIRST_BATCHES[last] ?? 1) * 4 ** (round - last);
}

async function settled(
  letters: readonly DeadLetterEntry[],
  within: number,
  { clock, deliveries, pause }: OperatorServices,
): Promise<{ completed: number; trouble?: string }> {
  const end = clock.now() + within;
  for (;;) {
    const records = await Promise.all(
      letters.map(async ({ correlationId, messageId = '', facts, receiver }) =>
        facts ? deliveries.get({ correlationId, messageId, origin: originOf(facts), receiver }) : undefined,
      ),
    );
    const open = records.filter((record) => record === undefined || !isSettled(record.state)).length;
    const completed = records.filter((record) => record?.state === 'completed').length;
    const dead = records.findIndex((record) => record?.state === 'dead-lettered');
    if (dead >= 0) {
      const error = records[dead]?.error;
      const signature = error === undefined ? 'unknown' : errorSignature(error);
      const again = signature === letters[dead]?.signature ? 'the same signature returned' : 'a dead letter returned';
      return { completed, trouble: `${again}: ${signature}` };
    }
    if (open === 0) return { completed };
    if (clock.now() >= end) return { completed, trouble: `${open} of ${letters.length} had no outcome in time` };
    await pause(LOOK_EVERY_MS);
  }
}
