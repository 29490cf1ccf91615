import type { WindowProgress } from '../../../shared/domain/evidence/bus-archive.js';
import { defined } from '../../../shared/domain/base/defined.js';
import { LanewayError, unknownName } from '../../../shared/domain/base/errors.js';
import type { Actor } from '../../../shared/operator/operator-services.js';
import { replayConversations } from '../../../shared/operator/replay/replay-conversations.js';
import type {
  ReplayOptions,
  ReplayReport,
  ReplayServices,
  ReplaySubject,
} from '../../../shared/operator/replay/replay-services.js';
import { replayWindow } from '../../../shared/operator/replay/replay-window.js';
import { selectConversations } from '../../../shared/operator/replay/select-conversations.js';
import type { TopologyModel } from '../../../shared/topology/model.js';
import type { CommandContext } from '../../context/command-context.js';
import { openDeployed, type DeployedApplication } from '../../context/open-deployed.js';
import { readInstant } from '../../input/read-time.js';
import { replayTable } from '../../render/replays.js';
import { actorOf, type ActOptions } from '../dlq/dlq.js';

/** Options of every replay of conversations. */
export interface ReplayCommandOptions extends ActOptions {
  readonly dryRun?: boolean;
  readonly rate?: number;
  /** `true` without a number: the first. */
  readonly newGeneration?: number | true;
}

/** Options of `laneway replay` over the archive of the ledger. */
export interface SelectOptions extends ReplayCommandOptions {
  readonly type?: string;
  readonly agent?: string;
  readonly from?: string;
  readonly to?: string;
}

/** Options of `laneway replay archive`. */
export interface ArchiveOptions extends ActOptions {
  readonly from: string;
  readonly to: string;
  readonly dryRun?: boolean;
}

/** Replays conversations by their ids. @throws LanewayError as `replayConversations`; REFUSED when nothing was sent */
export async function replayConversationCommand(
  context: CommandContext,
  ids: readonly string[],
  options: ReplayCommandOptions,
): Promise<void> {
  const actor = await actorOf(context, options);
  const application = await replayOf(context);
  const subjects = ids.map((conversation) => ({ conversation }));
  await replay(context, subjects, { actor, options: settingsOf(options) }, application);
}

/** Replays the conversations that the archive of the ledger has of a type, an agent, a time. */
export async function replaySelectedCommand(context: CommandContext, options: SelectOptions): Promise<void> {
  const { type, agent, from, to } = options;
  if ((type === undefined && agent === undefined) || from === undefined) {
    throw new LanewayError('INVALID_OPTION', 'a replay takes a conversation, or a selection', {
      help: [
        'allowed: laneway replay conversation <id>',
        'or: laneway replay --type <type> and/or --agent <agent>, --from <time>, --to <time> (default: now)',
        'or, everything on the bus: laneway replay archive --from <time> --to <time>',
      ],
    });
  }
  const now = Date.now();
  const window = { from: readInstant(from, '--from'), to: to === undefined ? now : readInstant(to, '--to') };
  const { topology } = await context.operated();
  checkNames(topology.model, type, agent);
  const actor = await actorOf(context, options);
  const application = await replayOf(context);
  const chosen = { ...defined({ type, agent }), ...window };
  const subjects = await selectConversations(application.archive, chosen, now);
  context.output.progress(`${subjects.length} conversations are meant`);
  await replay(context, subjects, { actor, options: settingsOf(options) }, application);
}

/** Has the bus's own archive replay a window. @throws LanewayError as `replayWindow` */
export async function replayArchiveCommand(context: CommandContext, options: ArchiveOptions): Promise<void> {
  const window = { from: readInstant(options.from, '--from'), to: readInstant(options.to, '--to') };
  const actor = await actorOf(context, options);
  const application = await replayOf(context);
  const tell = ({ state, reached = 'nothing yet' }: WindowProgress): void => {
    context.output.progress(`${state.toLowerCase()}, reached ${reached}`);
  };
  const settings = { dryRun: options.dryRun === true, progress: tell };
  const report = await replayWindow(window, actor, settings, application);
  context.output.result(report, () => `${report.name}: ${report.state.toLowerCase()} (archive ${report.archive})`);
}

async function replay(
  { output }: CommandContext,
  subjects: readonly ReplaySubject[],
  { actor, options }: { readonly actor: Actor; readonly options: ReplayOptions },
  services: ReplayServices,
): Promise<void> {
  const progress = ({ conversation, as }: ReplayReport): void => {
    if (as !== undefined) output.progress(`${conversation} as ${as}; follow it: laneway trace ${as}`);
  };
  const reports = await replayConversations(subjects, actor, { ...options, progress }, services);
  output.result(reports, () => replayTable(reports, output.paint).join('\n'));
  const messages = reports.flatMap((report: ReplayReport) => report.messages);
  const failed = messages.find(({ result }) => result === 'failed');
  if (failed) throw new LanewayError('UNAVAILABLE', `${failed.type} ${failed.messageId} was not sent: ${failed.why}`);
  if (messages.length > 0 && messages.every(({ result }) => result === 'skipped'))
    throw new LanewayError('REFUSED', 'nothing was replayed', { help: ['the list says why'] });
}

async function replayOf(context: CommandContext): Promise<DeployedApplication> {
  const { topology } = await context.operated();
  return openDeployed(topology);
}

function settingsOf({ dryRun, rate, newGeneration }: ReplayCommandOptions): ReplayOptions {
  const generation = newGeneration === true ? 1 : newGeneration;
  return {
    dryRun: dryRun === true,
    ...defined({ rate, generation }),
  };
}

function checkNames(model: TopologyModel, type: string | undefined, agent: string | undefined): void {
  if (type !== undefined && model.types[type] === undefined)
    throw unknownName('UNKNOWN_TYPE', `there is no message type '${type}'`, type, Object.keys(model.types), '--type');
  if (agent !== undefined && model.agents[agent] === undefined)
    throw unknownName('UNKNOWN_AGENT', `there is no agent '${agent}'`, agent, Object.keys(model.agents), '--agent');
}
