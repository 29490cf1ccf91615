import {
  listChannels,
  pauseChannel,
  resumeChannel,
  type PauseServices,
} from '../../../shared/operator/pauses/pause-channel.js';
import type { CommandContext } from '../../context/command-context.js';
import { openDeployed } from '../../context/open-deployed.js';
import { channelTable, pauseLine } from '../../render/operators/channels.js';
import { actorOf, type ActOptions } from '../dlq/dlq.js';

/** Every channel, paused ones with their countdown. @throws LanewayError NOT_FOUND when it is not deployed */
export async function channelsListCommand(context: CommandContext): Promise<void> {
  const services = await opened(context);
  const found = await listChannels(services);
  context.output.result(found, () => channelTable(found, context.output.paint).join('\n'));
}

/**
 * Pauses or resumes a channel.
 * @throws LanewayError UNKNOWN_CHANNEL, SYSTEM_CHANNEL, NOT_FOUND, INVALID_OPTION
 */
export async function channelsActCommand(
  context: CommandContext,
  act: 'pause' | 'resume',
  channel: string,
  options: ActOptions,
): Promise<void> {
  const actor = await actorOf(context, options);
  const services = await opened(context);
  const pause = await { pause: pauseChannel, resume: resumeChannel }[act](channel, actor, services);
  context.output.result(pause, () => pauseLine(act, pause));
}

/** Only what is needed is read of the ports: reading another one would make it. */
async function opened(context: CommandContext): Promise<PauseServices> {
  const { topology } = await context.operated();
  const { book, clock, pauses } = await openDeployed(topology);
  return { book, clock, pauses, model: topology.model };
}
