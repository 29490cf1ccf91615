import { RequestCancelled, RequestFailed } from '../../../shared/message/system-messages.js';
import { sourceOf } from '../../../shared/domain/wire/envelope.js';
import { mint, PaidOut, PayOut } from './mint-topology.js';
import { openMint, refusalsIn, robberOf, type OpenMint } from './open-mint.js';
import { outcomeOf, type KindAttack, type KindResult } from './kind-attack.js';

interface Asked extends OpenMint {
  readonly requestId: string;
  readonly correlationId: string;
}

/** A request of the counter to the bank, which does not answer. */
async function askedBank(): Promise<Asked> {
  const opened = openMint();
  const options = { as: 'counter', to: 'bank', deadline: '1 hour' } as const;
  const { requestId = '', correlationId } = await opened.harness.publish(PayOut, { order: 'o1' }, options);
  await opened.harness.advance('1 second');
  return { ...opened, requestId, correlationId };
}

/** Puts an envelope on the bus, and tells whether the request has ended by it. */
async function ends(asked: Asked, source: string, type: string, data: unknown): Promise<KindResult> {
  const { world, harness, requestId, correlationId, forge } = asked;
  const command = world.bus.published.find((sent) => sent.type === PayOut.name);
  if (command === undefined) throw new Error('the command was not sent');
  const own = { source, type, data, requestid: requestId, correlationid: correlationId, causationid: command.id };
  await world.bus.publish([forge(own)]);
  await harness.advance('2 minutes');
  const outcome = (await world.pending.get(requestId))?.outcome;
  const codes = await refusalsIn(asked);
  return outcomeOf(
    outcome && `the request of another has ended: ${outcome.state}`,
    `the replies function: ${codes.join(', ')}`,
  );
}

/**
 * Tries to end a request of another under each of the robbers' sources. Under the rightful source the same message must end it: else
 * the attack is wrong, and its refusal says nothing.
 */
async function tryAll(
  robbers: readonly string[],
  rightful: string,
  type: string,
  dataOf: (requestId: string) => unknown,
): Promise<KindResult> {
  const control = await askedBank();
  if ('refused' in (await ends(control, rightful, type, dataOf(control.requestId))))
    throw new Error(`${type} of ${rightful} does not end the request either`);
  const refusals = new Set<string>();
  for (const robber of robbers) {
    const asked = await askedBank();
    const outcome = await ends(asked, robber, type, dataOf(asked.requestId));
    if ('possible' in outcome) return outcome;
    refusals.add(outcome.refused);
  }
  return { refused: [...refusals].join('; ') };
}

/** Attacks on requests that others made. */
export const ATTACKS_ON_REQUESTS: readonly KindAttack[] = [
  {
    // 11
    ...{ name: 'answer-unasked', severity: 'high', decidedBy: 'harness' },
    title: 'answers a request that somebody else was asked, under its own source',
    by: ['agent', 'client'],
    run: ({ kind }) => {
      const robbers = [...(kind === 'agent' ? [sourceOf(mint.name, 'agent', 'teller')] : []), robberOf(kind)];
      return tryAll(robbers, sourceOf(mint.name, 'agent', 'bank'), PaidOut.name, () => ({ order: 'o1', by: 'x' }));
    },
  },
  {
    ...{ name: 'fail-of-another', severity: 'high', decidedBy: 'harness' },
    title: "reports that another's request has failed, under its own source",
    by: ['agent', 'client'],
    run: ({ kind }) => {
      const about = { type: PayOut.name, code: 'HANDLER', message: 'gone', attempt: 1 };
      const rightful = sourceOf(mint.name, 'platform', 'dead-letters');
      return tryAll([robberOf(kind)], rightful, RequestFailed.name, (requestId) => ({ requestId, ...about }));
    },
  },
  {
    // 11
    ...{ name: 'cancel-of-another', severity: 'high', decidedBy: 'harness' },
    title: "takes another's request back",
    by: ['agent', 'client'],
    run: ({ kind }) => {
      const rightful = sourceOf(mint.name, 'client', 'counter');
      const why = 'not wanted any more';
      return tryAll([robberOf(kind)], rightful, RequestCancelled.name, (requestId) => ({ requestId, why }));
    },
  },
  {
    // 4
    ...{ name: 'bury-of-another', severity: 'critical', decidedBy: 'harness' },
    title: "puts a letter into its own dead letter queue that says another's delivery has failed",
    by: ['agent'],
    run: async () => {
      const asked = await askedBank();
      const { world, harness, requestId } = asked;
      const [command] = world.bus.published;
      if (command === undefined) throw new Error('the command was not sent');
      const error = { code: 'HANDLER', message: 'gone', name: 'Error', retryable: false };
      const event = { version: '0', id: 'e', source: command.source, 'detail-type': command.type, detail: command };
      const letter = {
        ...{ laneway: 'dead-letter', receiver: 'bank', copy: 'copy-1', reason: 'exhausted', error, tries: 3 },
        ...{ at: new Date(world.clock.now()).toISOString(), body: JSON.stringify(event) },
      };
      world.lanes.deadLetters('stranger')?.send(JSON.stringify(letter));
      await harness.advance('2 minutes');
      const outcome = (await world.pending.get(requestId))?.outcome;
      return outcomeOf(
        outcome && `the request of another has ended: ${outcome.state}`,
        'the drain, which believes of a letter the queue that held it',
      );
    },
  },
];
