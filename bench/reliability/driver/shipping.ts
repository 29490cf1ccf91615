import { LanewayError } from 'laneway/agent';
import type { Duration } from 'laneway/message';
import type { Harness } from 'laneway/testing';
import { newId } from '../../../shared/domain/base/ids.js';
import { expectedOutcomes, ShipmentBooked, shipmentsWorld, type ShipmentsWorld } from './shipments.js';
import type { RowResult } from './row.js';
import type { Witness } from './witness.js';

/** One run: shipments before, in and after what goes wrong. */
export interface Trial {
  /** Names its shipments; unique in a row. */
  readonly name: string;
  readonly seed: number;
  /** Time from the first shipments until it goes wrong. */
  readonly after: Duration;
  /** Time that the world has run before. @defaultValue none */
  readonly warm?: Duration;
  /** Begins what goes wrong, in mid-run. */
  readonly strike: (world: Harness) => void;
  /** True when a text of the shipments that are booked meanwhile is so long that it travels by reference. */
  readonly isLarge?: boolean;
  /** Shipments that are booked besides, all at one instant, when it has gone wrong. @defaultValue none */
  readonly crowd?: number;
  /** Time after which nothing goes wrong any more. @defaultValue faults end by themselves */
  readonly until?: Duration;
  /** True when copies are lost for good: every delivery ends, and some of them without their effect. */
  readonly loses?: boolean;
}

const MOST_BRIEFS = 60;
const MOST_SEQUENCES = 3;

/** Time in which one sweep and one supervision have passed, graces included. */
const ONE_SWEEP = '25 minutes';

/** Time in which every message of a shipment has expired, and has been settled as undeliverable. */
const UNTIL_EXPIRED = '5 days';

/** Runs trials, and holds what the witness saw against what each shipment must come to. */
export class Shipping {
  readonly #witness: Witness;
  readonly #sum = { sent: 0, effects: 0, quarantined: 0, lost: 0, extra: 0 };
  readonly #briefs: string[] = [];
  readonly #sequences: string[] = [];
  #trials = 0;
  #struck = 0;
  #neverEnded = 0;
  #twice = 0;
  /** Names of trials that were not as they must be. */
  readonly failed: string[] = [];

  constructor(witness: Witness) {
    this.#witness = witness;
  }

  /** @returns calls of a port that outages have struck, by port */
  async run(trial: Trial): Promise<ShipmentsWorld['struckOf']> {
    const { name, seed, warm, after, strike, isLarge = false, crowd = 0, until, loses = false } = trial;
    const seen = new Map<string, Map<string, Set<string>>>();
    const { world, sweepDeep, struckOf } = shipmentsWorld(seed, (shipment, effect, by = '') => {
      this.#witness.note([shipment, effect, by].join('|'));
      const effects = seen.get(shipment) ?? new Map<string, Set<string>>();
      seen.set(shipment, effects.set(effect, (effects.get(effect) ?? new Set()).add(by)));
    });
    const ids = new Map<string, string>();
    const book = async (shipment: string, text = ''): Promise<boolean> => {
      const id = ids.get(shipment) ?? newId();
      ids.set(shipment, id);
      // Of what the bus refused the intent is stored: the sweeper sends it.
      return world.publish(ShipmentBooked, { shipment, note: text }, { id, correlationId: shipment }).then(
        () => true,
        (error: unknown) => error instanceof LanewayError && error.code === 'PUBLISH',
      );
    };
    // Copies take their time, so that what goes wrong finds work in every state.
    world.faults.reorder('6 seconds');
    const note = isLarge ? 'n' : '';
    const [before, meanwhile] = [
      [`good-${name}-1`, `bad-${name}-1`],
      [`good-${name}-2`, `bad-${name}-2`],
    ];
    if (warm) await world.advance(warm);
    for (const one of before) await book(one);
    await world.advance(after);
    strike(world);
    for (let index = 1; index <= crowd; index++) meanwhile.push(`good-${name}-crowd-${index}`);
    const refused: string[] = [];
    for (const one of meanwhile) if (!(await book(one, note))) refused.push(one);
    if (until) {
      await world.advance(until);
      world.faults.clear();
    }
    await world.settle();
    // Who was refused tries again, under the same id; by itself the rest must come to its end.
    for (const one of refused) if (!(await book(one, note))) this.#problem(name, `${one} is refused after the outage`);
    await world.settle();
    await world.advance(loses ? UNTIL_EXPIRED : ONE_SWEEP);
    if (loses) await sweepDeep();
    await world.settle();
    await this.#judge(world, trial, [...before, ...meanwhile], seen);
    return struckOf;
  }

  /** Counts a run of another application: effects that it must have, effects that it has, and what was wrong with it. */
  add(name: string, { wanted, done, faults }: { wanted: number; done: number; faults: readonly string[] }): void {
    this.#trials++;
    this.#sum.sent += wanted;
    this.#sum.effects += Math.min(wanted, done);
    this.#sum.lost += Math.max(0, wanted - done);
    for (const fault of faults) this.#problem(name, fault);
  }

  async #judge(
    world: Harness,
    { name, loses = false }: Trial,
    shipments: readonly string[],
    seen: ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>,
  ): Promise<void> {
    this.#trials++;
    this.#struck += world.faults.struck;
    const running = (await world.executions()).filter(({ status }) => status === 'running');
    for (const { name: execution } of running) this.#problem(name, `the execution ${execution} still runs`);
    this.#neverEnded += running.length;
    for (const shipment of shipments) {
      const { account, sequence } = world.conversation(shipment);
      const { effects: wanted, letters } = expectedOutcomes(shipment);
      const effects = seen.get(shipment) ?? new Map<string, ReadonlySet<string>>();
      const open = account.inFlight.length + account.withoutLetter.length;
      const missing = wanted.filter((effect) => !effects.has(effect));
      const beyond = [...effects.keys()].filter((effect) => !wanted.includes(effect));
      const twice = [...effects].filter(([, tries]) => tries.size > 1).map(([effect]) => effect);
      // The request that nobody answers may come after its time.
      const given = account.deadLettered + Math.max(0, account.expired - 1);
      this.#sum.sent += wanted.length + letters;
      this.#sum.effects += wanted.length - missing.length;
      this.#sum.quarantined += loses ? missing.length + letters : letters;
      this.#neverEnded += open;
      this.#twice += twice.length;
      this.#sum.extra += twice.length + (loses ? 0 : beyond.length + Math.max(0, given - letters));
      this.#sum.lost += loses ? open : Math.max(open, missing.length);
      const wrong = [
        ...(open > 0 ? [`${open} deliveries have not ended`] : []),
        ...(!loses && missing.length > 0 ? [`missing: ${missing.join(', ')}`] : []),
        ...(!loses && beyond.length > 0 ? [`beyond: ${beyond.join(', ')}`] : []),
        ...(twice.length > 0 ? [`by two tries: ${twice.join(', ')}`] : []),
        ...(!loses && given > letters ? [`${given} dead letters, not ${letters}`] : []),
      ];
      if (wrong.length > 0) this.#problem(name, `${shipment}: ${wrong.join('; ')}`, sequence);
    }
  }

  #problem(trial: string, text: string, sequence?: string): void {
    if (this.failed.at(-1) !== trial) this.failed.push(trial);
    if (this.#briefs.length < MOST_BRIEFS) this.#briefs.push(text);
    if (sequence !== undefined && this.#sequences.length < MOST_SEQUENCES) this.#sequences.push(sequence);
  }

  /** @param about what the trials were of */
  result(about: string): RowResult {
    const failed = this.failed.length === 0 ? [] : [`not as they must be: ${this.failed.join(' ')}`];
    return {
      ...this.#sum,
      ok: this.#sum.lost === 0 && this.#sum.extra === 0 && this.#neverEnded === 0 && this.failed.length === 0,
      figure: `${this.#trials} runs of ${about}, ${this.#struck} calls and copies struck; never ended ${this.#neverEnded}, twice ${this.#twice}`,
      problems: [...failed, ...this.#briefs, ...this.#sequences],
    };
  }
}
