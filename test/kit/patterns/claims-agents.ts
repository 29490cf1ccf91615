import { createAgent, PermanentError } from 'laneway/agent';
import type { Duration } from 'laneway/message';
import { claims } from './claims-topology.js';

/** Behaviour of agents other than answering, by message type or by `<agent> <type>`. */
export interface Moods {
  /** Put their answer off for ever. */
  readonly silent?: readonly string[];
  /** Fail for good. */
  readonly failing?: readonly string[];
  /** Cover of the policy. @defaultValue 'full' */
  readonly cover?: 'full' | 'partial' | 'none';
  /** Characters of a scanned file. @defaultValue 300 */
  readonly pages?: number;
}

interface Handling<Later> {
  readonly replyLater: (later: { readonly key: string; readonly within: Duration }) => Later;
  readonly effectKey: string;
}

/** The insurer's agents; `done` gets what they did, in order: `adjuster AssessDamage c1`. */
export function claimsAgents({ silent = [], failing = [], cover = 'full', pages = 300 }: Moods, done: string[]) {
  /** Notes that an agent was asked, and answers as it is in the mood to. */
  const act = <Reply, Later>(
    who: string,
    type: string,
    about: string,
    context: Handling<Later>,
    reply: Reply,
  ): Reply | Later => {
    const is = (moods: readonly string[]) => moods.includes(type) || moods.includes(`${who} ${type}`);
    done.push(`${who} ${type} ${about}`);
    if (is(failing)) throw new PermanentError(`${who} cannot ${type}`);
    if (is(silent)) return context.replyLater({ key: `${context.effectKey} ${done.length}`, within: '30 days' });
    return reply;
  };
  const office = createAgent(claims, 'office').handle({
    CheckCover: ({ data: { policy } }, context) =>
      act('office', 'CheckCover', policy, context, { cover, cents: 90_000 }),
    ScreenClaim: ({ data: { claim } }, context) =>
      act('office', 'ScreenClaim', claim, context, { verdict: 'clear' as const }),
    ReadPhoto: ({ data: { photo } }, context) =>
      act('office', 'ReadPhoto', photo, context, { part: photo, cents: photo.length * 1000 }),
    ScanFile: ({ data: { claim } }, context) =>
      act('office', 'ScanFile', claim, context, { sheets: 3, pages: 'x'.repeat(pages) }),
    KeepFile: ({ data: { claim, pages: kept } }, context) =>
      act('office', 'KeepFile', `${claim} ${kept.length}`, context, { shelf: `shelf of ${claim}` }),
    PayOut: ({ data: { claim, cents } }, context) =>
      act('office', 'PayOut', `${claim} ${cents}`, context, { transfer: `transfer for ${claim}` }),
  });
  const assessing = (id: 'adjuster' | 'deputy') =>
    createAgent(claims, id).handle({
      AssessDamage: ({ data: { claim } }, context) =>
        act(id, 'AssessDamage', claim, context, { cents: 120_000, by: id }),
    });
  const logistics = createAgent(claims, 'logistics').handle({
    BookTow: ({ data: { claim } }, context) =>
      act('logistics', 'BookTow', claim, context, { booking: `tow of ${claim}` }),
    CancelTow: ({ data: { booking } }, context) => act('logistics', 'CancelTow', booking, context, { booking }),
    LendCar: ({ data: { claim } }, context) => act('logistics', 'LendCar', claim, context, { car: `car for ${claim}` }),
    TakeBackCar: ({ data: { car } }, context) => act('logistics', 'TakeBackCar', car, context, { car }),
    BookRepair: ({ data: { claim } }, context) =>
      act('logistics', 'BookRepair', claim, context, { garage: 'Main Street', day: '2026-02-02' }),
  });
  const letters = createAgent(claims, 'letters').handle({
    ClaimMoved: ({ data: { claim, status } }) => {
      done.push(`letters ClaimMoved ${claim} ${status}`);
      if (failing.includes('ClaimMoved')) throw new PermanentError('letters cannot write');
    },
    InvoiceReceived: () => undefined,
  });
  return [office, assessing('adjuster'), assessing('deputy'), logistics, letters].map((agent) => agent.with({}));
}
