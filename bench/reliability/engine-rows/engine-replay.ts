import { openDeployed } from '../../../cli/context/open-deployed.js';
import { replayConversations } from '../../../shared/operator/replay/replay-conversations.js';
import { generationOf } from '../../../shared/operator/replay/replay-generation.js';
import type { ReplayedMessage } from '../../../shared/operator/replay/replay-services.js';
import { readEffects } from '../depot/effects.js';
import { depot as topology } from '../depot/topology.js';
import { books, deployDepot, packages, publishAll, untilWitnessed } from './engine-depot.js';
import { intendOnly } from './engine-intents.js';
import { bookProblems, describeBooks, firstOf } from './engine-outcomes.js';
import type { Row } from '../driver/row.js';

const SENT = 60;
const UNSENT = 20;
const ACTOR = { by: 'reliability', why: 'the lines were down' };
/** Storings of each package after all were replayed as a generation: the original and the replay. */
const GENERATIONS = 2;

/** Conversations replayed by two operators at a time and again, as they are and as a new generation. */
export const engineReplay: Row = {
  name: 'engine-replay',
  title: `${SENT} messages handled and ${UNSENT} never sent on a deployed application: all replayed twice at once and again; then, twice at once and again, as one new generation`,
  engine: true,
  quick: false,
  run: async ({ witness, progress }) => {
    const depot = await deployDepot(witness.path);
    const services = await openDeployed(topology);
    const published = await publishAll(depot.gate, packages('sent', SENT));
    const stored = (keys: number, times: number) =>
      untilWitnessed(
        witness.path,
        (effects) => effects.stored.size >= keys && [...effects.stored.values()].every(({ size }) => size >= times),
        120_000,
        (effects) => progress(`${effects.stored.size} of ${keys} stored`),
      );
    await stored(SENT, 1);
    const sent = [...published, ...(await intendOnly(depot, packages('unsent', UNSENT)))];
    const conversations = [...new Set(sent.map(({ correlationId }) => correlationId))];
    await books(depot.app, new Set(published.map(({ correlationId }) => correlationId)), 60_000);

    const replay = async (options: { generation?: number }): Promise<ReplayedMessage[]> => {
      const subjects = conversations.map((conversation) => ({ conversation }));
      return (await replayConversations(subjects, ACTOR, options, services)).flatMap(({ messages }) => messages);
    };
    const twice = async (options: { generation?: number }): Promise<ReplayedMessage[]> =>
      (await Promise.all([replay(options), replay(options)])).flat();
    const missing = await twice({});
    await stored(sent.length, 1);
    await books(depot.app, conversations, 60_000);
    const afterwards = await replay({});
    const before = readEffects(witness.path).stored;
    const extraBefore = [...before.values()].reduce((sum, { size }) => sum + size - 1, 0);

    const made = await twice({ generation: 1 });
    await stored(sent.length, GENERATIONS);
    const generations = conversations.map((conversation) => generationOf(conversation, 1));
    await books(depot.app, generations, 60_000);
    const again = await replay({ generation: 1 });
    await services.pause(3_000);

    const ids = sent.map(({ key }) => readEffects(witness.path).stored.get(key)?.size ?? 0);
    const effects = ids.reduce((sum, size) => sum + Math.min(size, GENERATIONS), 0);
    const extra = extraBefore + ids.reduce((sum, size) => sum + Math.max(0, size - GENERATIONS), 0);
    const ledger = await books(depot.app, [...conversations, ...generations], 60_000);
    const count = (messages: readonly ReplayedMessage[], result: ReplayedMessage['result']): number =>
      messages.filter((message) => message.result === result).length;
    const lost = GENERATIONS * sent.length - effects;
    const failed = [...missing, ...made].flatMap(({ result, messageId, why }) =>
      result === 'failed' || result === 'skipped' ? [`${messageId} (${why ?? result})`] : [],
    );
    const problems = [
      ...firstOf('not replayed', failed),
      ...(afterwards.length > 0 ? [`a replay at rest found ${afterwards.length} messages to send`] : []),
      ...(count(again, 'already') === sent.length ? [] : ['the same generation once more sent something']),
      ...(extra > 0 ? [`${extra} packages were stored by a further command`] : []),
      ...(lost > 0 ? [`${lost} are not stored`] : []),
      ...bookProblems(ledger, GENERATIONS * 2 * sent.length),
    ];
    return {
      ok: problems.length === 0,
      ...{ sent: GENERATIONS * sent.length, effects, quarantined: ledger.deadLettered + ledger.expired, lost, extra },
      figure:
        `replayed as they were: ${count(missing, 'sent')} sent by the two for ${UNSENT} missing, ${afterwards.length} at rest; ` +
        `as a generation: ${count(made, 'sent')} sent by the two and ${count(made, 'already')} found made for ${sent.length}, ${count(again, 'sent')} at rest; ${describeBooks(ledger)}`,
      problems,
    };
  },
};
