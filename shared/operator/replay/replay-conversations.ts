import { LanewayError } from '../../domain/base/errors.js';
import { checkActor, type Actor } from '../operator-services.js';
import { replayGeneration } from './replay-generation.js';
import { replayMissing } from './replay-missing.js';
import type { ReplayOptions, ReplayReport, ReplayServices, ReplaySubject } from './replay-services.js';

/**
 * Replays conversations one after the other: what has not arrived, as it was; or, with `generation`, everything, as a new
 * generation. Where a store cannot be reached it ends with that conversation's messages as they are known; repeating the
 * whole is harmless.
 *
 * @throws LanewayError NOT_FOUND for a conversation that the ledger does not have; INVALID_OPTION for a generation that is
 * no whole number from 1, or without who and why; UNAVAILABLE, to be repeated
 */
export async function replayConversations(
  subjects: readonly ReplaySubject[],
  actor: Actor,
  options: ReplayOptions & { readonly progress?: (report: ReplayReport) => void },
  services: ReplayServices,
): Promise<ReplayReport[]> {
  checkActor(actor);
  const { generation, rate, dryRun, progress = () => undefined } = options;
  if (generation !== undefined && !(Number.isInteger(generation) && generation > 0)) {
    throw new LanewayError('INVALID_OPTION', `the generation is ${generation}`, {
      help: ['allowed: a whole number from 1; the same number again adds nothing'],
    });
  }
  const reports: ReplayReport[] = [];
  for (const subject of subjects) {
    const { conversation } = subject;
    const stored = await services.conversations.conversation(conversation);
    const entries = stored.length > 0 ? stored : (subject.entries ?? []);
    if (entries.length === 0) throw unknown(conversation, services.topology.name);
    const report =
      generation === undefined
        ? await replayMissing({ conversation, entries }, actor, options, services)
        : await replayGeneration({ conversation, entries }, actor, { ...options, generation }, services);
    reports.push(report);
    progress(report);
    const failed = report.messages.find(({ result }) => result === 'failed');
    if (failed) return reports;
    const sent = report.messages.some(({ result }) => result === 'sent');
    if (sent && rate !== undefined && dryRun !== true) await services.pause(1_000 / rate);
  }
  return reports;
}

function unknown(conversation: string, application: string): LanewayError {
  return new LanewayError('NOT_FOUND', `the ledger of '${application}' knows no conversation '${conversation}'`, {
    help: [
      'the ledger keeps conversations 21 days; older ones are found in the archive: laneway replay --from ... --to ...',
    ],
  });
}
