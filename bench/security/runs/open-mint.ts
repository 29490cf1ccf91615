import { createAgent } from 'laneway/agent';
import type { Envelope } from '../../../shared/domain/wire/envelope.js';
import { sourceOf } from '../../../shared/domain/wire/envelope.js';
import { newId } from '../../../shared/domain/base/ids.js';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';
import { harnessOver, type Harness } from '../../../shared/testing/harness/harness.js';
import { HarnessWorld } from '../../../shared/testing/harness/harness-world.js';
import { mint } from './mint-topology.js';

/** A running mint, what its handlers did, and the hands of a robber. */
export interface OpenMint {
  readonly world: HarnessWorld;
  readonly harness: Harness;
  /** Orders and notes that the clerk handled. */
  readonly taken: string[];
  /** Slips that the printer printed; of one that begins with `again:` the first try fails. */
  readonly printed: string[];
  /** A whole envelope of the mint, as any program can write one. */
  readonly forge: (given: Partial<Envelope> & Pick<Envelope, 'source' | 'type'>) => Envelope;
}

/** Source of a robber, by the kind of role that was taken: what IAM holds it to. */
export const robberOf = (kind: string): string =>
  kind === 'agent' ? sourceOf(mint.name, 'agent', 'stranger') : sourceOf(mint.name, 'client', 'kiosk');

/** Opens the mint. Bank and teller do not answer, so that requests to them stay open. */
export function openMint(): OpenMint {
  const [taken, printed]: [string[], string[]] = [[], []];
  const clerk = createAgent(mint, 'clerk').handle({
    OrderTaken: ({ data }) => {
      if (data.note?.startsWith('break:') === true) throw new Error(data.note);
      taken.push(`${data.order}${data.note === undefined ? '' : ` ${data.note.slice(0, 40)}`}`);
    },
    PaidOut: () => undefined,
  });
  const tried = new Set<string>();
  const printer = createAgent(mint, 'printer').handle({
    PrintSlip: ({ data: { slip } }) => {
      const isFirst = !tried.has(slip);
      tried.add(slip);
      if (isFirst && slip.startsWith('again:')) throw new Error('out of paper');
      printed.push(slip);
    },
  });
  const stranger = createAgent(mint, 'stranger').handle({ OrderTaken: () => undefined });
  const parts = { topology: mint, agents: [clerk, printer, stranger].map((agent) => ({ agent, deps: undefined })) };
  const world = new HarnessWorld({ ...parts, workflows: [], random: seededRandom(1) });
  return {
    ...{ world, harness: harnessOver(world, parts), taken, printed },
    forge: (given) => forge(world, given),
  };
}

function forge(world: HarnessWorld, given: Partial<Envelope> & Pick<Envelope, 'source' | 'type'>): Envelope {
  const now = world.clock.now();
  const channel =
    Object.values(mint.model.channels).find(({ carries }) => carries.includes(given.type))?.name ?? 'orders';
  return {
    specversion: '1.0',
    id: newId(),
    time: new Date(now).toISOString(),
    expires: new Date(now + 600_000).toISOString(),
    datacontenttype: 'application/json',
    dataschema: `urn:laneway:${given.type}:1`,
    correlationid: newId(),
    priority: 'normal',
    channel,
    attempt: 1,
    hops: 0,
    ...given,
  };
}

/** Codes of the errors in the dead letters of a world: what refused. */
export async function refusalsIn({ world }: Pick<OpenMint, 'world'>): Promise<string[]> {
  const codes = new Set<string>();
  for await (const letter of world.ports.book.all()) codes.add(letter.error.code);
  return [...codes].sort();
}
