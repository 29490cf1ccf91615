import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Laneway } from 'laneway/client';
import { readQueues } from '../../../cli/commands/messages/read-queues.js';
import { enter } from '../../../cli/context/target.js';
import { openEngine } from '../../../infra/engines/open-engine.js';
import { account } from '../../../shared/domain/evidence/conversation.js';
import { newId } from '../../../shared/domain/base/ids.js';
import type { Priority } from '../../../shared/domain/base/priority.js';
import type { InputOf } from '../../../shared/message/message-type.js';
import { deployed, type Deployed } from '../../../test/kit/stands/deployed.js';
import { readEffects, type Effects } from '../depot/effects.js';
import { depot, PackageArrived } from '../depot/topology.js';

/** A package to publish; `published` is stamped when it is. */
export interface Package extends Omit<InputOf<typeof PackageArrived>, 'published'> {
  readonly priority?: Extract<Priority, 'high' | 'normal' | 'low'>;
}

/** A published package with the ids or the refusal that the client was told. */
export interface Sent extends Package {
  readonly id: string;
  readonly correlationId: string;
  /** The error's text; absent when the client was told that it is published. */
  readonly refused?: string;
}

/** Sums of the accounts of conversations. */
export interface Books {
  readonly expected: number;
  readonly completed: number;
  readonly expired: number;
  readonly deadLettered: number;
  readonly inFlight: number;
  /** Expected and never taken by a receiver: part of those in flight. */
  readonly missing: number;
}

/** The deployed depot, and a client at its gate. */
export interface Depot {
  readonly app: Deployed;
  readonly gate: Laneway<typeof PackageArrived>;
  readonly witness: string;
}

const BATCH = 10;
/** Packages that share a conversation, so that the ledger can be read in few queries. */
const CONVERSATION = 50;
const LOOK_EVERY_MS = 500;
const TELL_EVERY_MS = 5_000;

let opened: Promise<unknown> | undefined;

/**
 * The engine at AWS_ENDPOINT_URL, else a MiniStack for all rows of this process, with which it ends: SDK clients are
 * shared in a process, and keep to the endpoint that they were made for.
 */
export async function enterEngine(): Promise<void> {
  opened ??= openEngine({ projectDirectory: process.cwd() }).then(({ target }) => enter(target));
  await opened;
}

/** Deploys the depot to the engine, or brings it up to date, with its agents noting in `witness`. */
export async function deployDepot(witness: string, release = 'first'): Promise<Depot> {
  await enterEngine();
  const app = await deployed('depot', {
    app: 'node --conditions=laneway-source --import tsx bench/reliability/depot/app.ts',
    context: { 'depot:witness': witness, 'depot:release': release },
  });
  return { app, gate: await connect(depot, { as: 'gate' }), witness };
}

/** Packages `<prefix>-0`, `<prefix>-1`, ... */
export function packages(prefix: string, count: number, each: (index: number) => Partial<Package> = () => ({})) {
  return Array.from({ length: count }, (_, index): Package => ({ key: `${prefix}-${index}`, ...each(index) }));
}

/**
 * Publishes in batches of ten, `lanes` batches at a time, each message under an id that is known beforehand, so that a
 * refused or lost one can be published again as the same. Before each batch `ready` may hold it back.
 */
export async function publishAll(
  gate: Laneway<typeof PackageArrived>,
  given: readonly Package[],
  options: { readonly lanes?: number; readonly ready?: () => Promise<unknown> } = {},
): Promise<Sent[]> {
  const conversations = Array.from({ length: Math.ceil(given.length / CONVERSATION) }, () => newId());
  const named = given.map((one, index): Sent => ({
    ...one,
    id: newId(),
    correlationId: conversations[Math.floor(index / CONVERSATION)] ?? '',
  }));
  const results: Sent[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < named.length) {
      const batch = named.slice(next, next + BATCH);
      next += BATCH;
      await options.ready?.();
      results.push(...(await Promise.all(batch.map((one) => publishOne(gate, one)))));
    }
  };
  await Promise.all(Array.from({ length: options.lanes ?? 3 }, lane));
  return results;
}

/** Publishes a package under its id; again, it is the same message. */
export async function publishOne(gate: Laneway<typeof PackageArrived>, one: Sent): Promise<Sent> {
  const { id, correlationId, priority, refused: _before, ...data } = one;
  const own = { ...data, id, correlationId, ...(priority === undefined ? {} : { priority }) };
  try {
    await gate.publish(
      PackageArrived,
      { ...data, published: Date.now() },
      { id, correlationId, priority: priority ?? 'normal' },
    );
    return own;
  } catch (error) {
    return { ...own, refused: String(error).split('\n')[0] ?? '' };
  }
}

/** The ledger's account of the conversations, when all of them are at rest or the time is over. */
export async function books(app: Deployed, conversations: Iterable<string>, withinMs: number): Promise<Books> {
  const sum = { expected: 0, completed: 0, expired: 0, deadLettered: 0, inFlight: 0, missing: 0 };
  const giveUp = Date.now() + withinMs;
  for (const id of new Set(conversations)) {
    for (;;) {
      const own = account(await app.entries(id));
      if (!own.atRest && Date.now() < giveUp) {
        await sleep(LOOK_EVERY_MS);
        continue;
      }
      sum.expected += own.expected;
      sum.completed += own.completed;
      sum.expired += own.expired;
      sum.deadLettered += own.deadLettered;
      sum.inFlight += own.inFlight.length;
      sum.missing += own.missing.length;
      break;
    }
  }
  return sum;
}

/** Waits until the witness satisfies `done`; false when it does not within the time. Tells of it every few seconds. */
export async function untilWitnessed(
  witness: string,
  done: (effects: Effects) => boolean,
  withinMs: number,
  tell: (effects: Effects) => void = () => undefined,
): Promise<boolean> {
  let toldAt = 0;
  for (const giveUp = Date.now() + withinMs; ; await sleep(LOOK_EVERY_MS)) {
    const effects = readEffects(witness);
    if (Date.now() - toldAt >= TELL_EVERY_MS) {
      tell(effects);
      toldAt = Date.now();
    }
    if (done(effects)) return true;
    if (Date.now() > giveUp) return false;
  }
}

/** Waiting messages in the fullest lane, and in all lanes of one priority of the sorter. */
export async function depths(app: Deployed): Promise<{ fullest: number; sorter: Record<string, number> }> {
  const queues = await readQueues(depot.model, app.deployment, { ages: false });
  const lanes = queues.filter(({ kind }) => kind === 'lane');
  return {
    fullest: Math.max(...lanes.map(({ depth }) => depth)),
    sorter: Object.fromEntries(
      lanes.filter(({ owner }) => owner === 'sorter').map(({ queue, depth }) => [queue, depth]),
    ),
  };
}
