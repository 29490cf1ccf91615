import { LanewayError, unknownName } from '../../domain/base/errors.js';
import { derivedId } from '../../domain/base/ids.js';
import type { Ports } from '../../domain/ports.js';
import type { Confinement } from '../../domain/quarantine/confinement.js';
import {
  isInForce,
  partyName,
  quarantineConversation,
  type Party,
  type Quarantine,
} from '../../domain/quarantine/quarantine.js';
import type { TopologyModel } from '../../topology/model.js';
import { checkActor, type Actor } from '../operator-services.js';
import { Steps, type OperatorStep } from '../steps.js';

/** Ports for a quarantine and its release. */
export interface QuarantineServices
  extends Pick<Ports, 'book' | 'clock' | 'quarantines'>, Partial<Pick<Ports, 'registry'>> {
  /** Means by which the party is cut off. */
  readonly confinement: Confinement;
  /** Means for the lane alone by which an agent hears of emergencies, which no drain takes. @defaultValue it has none */
  readonly emergencyLane?: Pick<Confinement, 'resume'> | undefined;
}

/** One step as it was carried out. */
export type QuarantineStep = OperatorStep<'rights' | 'record' | 'consumers' | 'retention' | 'note'>;

/** A quarantine or its release, with what was done. */
export interface Quarantined {
  /** The quarantine as it stands. */
  readonly quarantine: Quarantine;
  /** Steps in their order. */
  readonly steps: readonly QuarantineStep[];
}

/** Names of an application's parts that can be cut off. */
type Parts = Pick<TopologyModel, 'agents' | 'clients' | 'ingress' | 'name'>;

/**
 * Finds the party that a name stands for: `clerk`, or with its kind before it, `agent.clerk`.
 * @throws LanewayError NOT_FOUND for a name that the topology does not have; INVALID_OPTION for one that it has more than once
 */
export function partyOf(name: string, { agents, clients, ingress, name: application }: Parts): Party {
  const all: Party[] = [
    ...Object.keys(agents).map((one) => ({ kind: 'agent', name: one }) as const),
    ...Object.keys(clients).map((one) => ({ kind: 'client', name: one }) as const),
    ...Object.keys(ingress).map((one) => ({ kind: 'ingress', name: one }) as const),
  ];
  const found = all.filter((party) => party.name === name || partyName(party) === name);
  const [party, another] = found;
  if (party === undefined) {
    const known = all.map((one) => one.name);
    throw unknownName('NOT_FOUND', `'${name}' is no agent, client or ingress`, name, known, application);
  }
  if (another === undefined) return party;
  throw new LanewayError('INVALID_OPTION', `'${name}' is the name of several parts of '${application}'`, {
    help: [`name one: ${found.map(partyName).join(', ')}`],
  });
}

/**
 * Cuts a party off from its application: takes its rights away, records it for the platform, has nobody receive for it, keeps
 * what waits for as long as queues can, and notes it in the ledger. The rights come first, as they cannot wait. A step that
 * fails keeps none of the others from being done. Repeated, it changes nothing and completes what is missing.
 *
 * @throws LanewayError INVALID_OPTION without a name or a reason
 */
export async function quarantineParty(party: Party, actor: Actor, services: QuarantineServices): Promise<Quarantined> {
  checkActor(actor);
  const { book, clock, confinement, quarantines } = services;
  const since = new Date(clock.now()).toISOString();
  let quarantine: Quarantine = { ...party, ...actor, since };
  const steps = new Steps<QuarantineStep['step']>();
  await steps.do('rights', () => confinement.deny());
  await steps.do('record', async () => {
    quarantine = await quarantines.begin(quarantine);
    return `in quarantine since ${quarantine.since}, by ${quarantine.by}`;
  });
  await steps.do('consumers', () => confinement.pause());
  await steps.do('retention', () => confinement.keep());
  await steps.do('note', () => note('quarantine', quarantine, actor, quarantine.since, book));
  return { quarantine, steps: steps.done };
}

/**
 * Gives a party back what {@link quarantineParty} took, in the reverse order of effect: its rights, then its consumers. What
 * waited is handled. Repeated, it changes nothing and completes what is missing.
 *
 * @throws LanewayError INVALID_OPTION without a name or a reason; NOT_FOUND when the party was never in quarantine
 */
export async function releaseParty(party: Party, actor: Actor, services: QuarantineServices): Promise<Quarantined> {
  checkActor(actor);
  const { book, clock, confinement, quarantines } = services;
  const before = (await quarantines.all()).find((one) => partyName(one) === partyName(party));
  if (before === undefined)
    throw new LanewayError('NOT_FOUND', `${partyName(party)} is not in quarantine`, {
      help: ['see who is: laneway quarantine list'],
    });
  let quarantine = before;
  const steps = new Steps<QuarantineStep['step']>();
  await steps.do('rights', () => confinement.allow());
  await steps.do('record', async () => {
    const ended = isInForce(before) ? await quarantines.end(party, new Date(clock.now()).toISOString()) : undefined;
    quarantine = ended ?? before;
    return `released at ${quarantine.released ?? ''}`;
  });
  await steps.do('consumers', async () => {
    const drains = party.kind === 'agent' ? ((await services.registry?.drainsOf(party.name)) ?? []) : [];
    if (drains.every(({ instance }) => instance !== undefined)) return confinement.resume();
    // What an operator has drained besides stays so. Of emergencies it hears all the same.
    await services.emergencyLane?.resume();
    return `drained: laneway agents resume ${party.name}`;
  });
  await steps.do('retention', () => confinement.keepAsBefore());
  const { released } = quarantine;
  if (released !== undefined) await steps.do('note', () => note('release', quarantine, actor, released, book));
  return { quarantine, steps: steps.done };
}

/** Quarantines that are in force, the latest first. */
export async function presentQuarantines({ quarantines }: Pick<Ports, 'quarantines'>): Promise<readonly Quarantine[]> {
  return (await quarantines.all()).filter(isInForce).sort((a, b) => (a.since < b.since ? 1 : -1));
}

async function note(
  action: 'quarantine' | 'release',
  party: Party,
  actor: Actor,
  at: string,
  book: Ports['book'],
): Promise<string> {
  const correlationId = quarantineConversation(party);
  const id = derivedId('operator', action, partyName(party), at);
  await book.recordFirst({ id, correlationId, action, ...actor, at, party: partyName(party) });
  return `noted in conversation ${correlationId}`;
}
