import { LanewayError, unknownName } from '../../../shared/domain/base/errors.js';
import { replayConversations } from '../../../shared/operator/replay/replay-conversations.js';
import type { ReplayOptions, ReplayReport, ReplaySubject } from '../../../shared/operator/replay/replay-services.js';
import { replayWindow, type WindowProgress } from '../../../shared/operator/replay/replay-window.js';
import { selectConversations } from '../../../shared/operator/replay/select-conversations.js';
import type { TopologyModel } from '../../../shared/topology/model.js';
import type { CommandContext } from '../../context/command-context.js';
import { openReplay, type Replay } from '../../context/open-replay.js';
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
  const actor = actorOf(options);
  const { services } = await replayOf(context);
  const subjects = ids.map((conversation) => ({ conversation }));
  await replay(context, subjects, { actor, options: settingsOf(options) }, services);
}

/** Replays the conversations that the archive of the ledger has of a type, an agent, a time. */
export async function replaySelectedCommand(context: CommandContext, options: SelectOptions): Promise<void> {
  const actor = actorOf(options);
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
  const window = { from: timeOf(from, '--from'), to: to === undefined ? now : timeOf(to, '--to') };
  const { topology } = await context.operated();
  checkNames(topology.model, type, agent);
  const { services, archive } = await replayOf(context);
  const chosen = { ...(type === undefined ? {} : { type }), ...(agent === undefined ? {} : { agent }), ...window };
  const subjects = await selectConversations(archive, chosen, now);
  context.output.progress(`${subjects.length} conversations are meant`);
  await replay(context, subjects, { actor, options: settingsOf(options) }, services);
}

/** Has the bus's own archive replay a window. @throws LanewayError as `replayWindow` */
export async function replayArchiveCommand(context: CommandContext, options: ArchiveOptions): Promise<void> {
  const actor = actorOf(options);
  const window = { from: timeOf(options.from, '--from'), to: timeOf(options.to, '--to') };
  const { services, busArchive } = await replayOf(context);
  const { book, clock, pause } = services;
  const tell = ({ state, reached = 'nothing yet' }: WindowProgress): void => {
    context.output.progress(`${state.toLowerCase()}, reached ${reached}`);
  };
  const settings = { dryRun: options.dryRun === true };
  const report = await replayWindow(window, actor, settings, { archive: busArchive, book, clock, pause }, tell);
  context.output.result(report, () => `${report.name}: ${report.state.toLowerCase()} (archive ${report.archive})`);
}

async function replay(
  { output }: CommandContext,
  subjects: readonly ReplaySubject[],
  { actor, options }: { readonly actor: ReturnType<typeof actorOf>; readonly options: ReplayOptions },
  services: Replay['services'],
): Promise<void> {
  const reports = await replayConversations(subjects, actor, options, services, ({ conversation, as }) => {
    if (as !== undefined) output.progress(`${conversation} as ${as}; follow it: laneway trace ${as}`);
  });
  output.result(reports, () => replayTable(reports, output.paint).join('\n'));
  const messages = reports.flatMap((report: ReplayReport) => report.messages);
  const failed = messages.find(({ result }) => result === 'failed');
  if (failed) throw new LanewayError('UNAVAILABLE', `${failed.type} ${failed.messageId} was not sent: ${failed.why}`);
  if (messages.length > 0 && messages.every(({ result }) => result === 'skipped'))
    throw new LanewayError('REFUSED', 'nothing was replayed', { help: ['the list says why'] });
}

async function replayOf(context: CommandContext): Promise<Replay> {
  const { topology } = await context.operated();
  return openReplay(topology);
}

function settingsOf({ dryRun, rate, newGeneration }: ReplayCommandOptions): ReplayOptions {
  const generation = newGeneration === true ? 1 : newGeneration;
  return {
    dryRun: dryRun === true,
    ...(rate === undefined ? {} : { rate }),
    ...(generation === undefined ? {} : { generation }),
  };
}

function checkNames(model: TopologyModel, type: string | undefined, agent: string | undefined): void {
  if (type !== undefined && model.types[type] === undefined)
    throw unknownName('UNKNOWN_TYPE', `there is no message type '${type}'`, type, Object.keys(model.types), '--type');
  if (agent !== undefined && model.agents[agent] === undefined)
    throw unknownName('UNKNOWN_AGENT', `there is no agent '${agent}'`, agent, Object.keys(model.agents), '--agent');
}

function timeOf(given: string, option: string): number {
  const time = /^\d{4}-\d\d-\d\d/.test(given) ? Date.parse(given) : Number.NaN;
  if (Number.isFinite(time)) return time;
  throw new LanewayError('INVALID_OPTION', `${option} is '${given}'`, {
    help: ['allowed: a time as 2026-11-21T08:00:00Z, or a day as 2026-11-21 (UTC)'],
  });
}
