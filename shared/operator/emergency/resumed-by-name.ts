import { LanewayError, unknownName } from '../../domain/base/errors.js';
import type { EmergencyMeasure } from '../../domain/emergency/emergency.js';
import type { TopologyModel } from '../../topology/model.js';

/**
 * The measure that resumes what a name stands for: an agent or a channel, where both have it `agent.<name>` or `channel.<name>`.
 * @throws LanewayError NOT_FOUND for a name that the topology does not have; INVALID_OPTION for one that it has twice
 */
export function resumedByName(name: string, { agents, channels, name: application }: TopologyModel): EmergencyMeasure {
  const own = Object.values(channels).flatMap((one) => (one.system ? [] : [one.name]));
  const found: EmergencyMeasure[] = [
    ...Object.keys(agents).flatMap((agent) =>
      [agent, `agent.${agent}`].includes(name) ? [{ kind: 'resume', agent } as const] : [],
    ),
    ...own.flatMap((channel) =>
      [channel, `channel.${channel}`].includes(name) ? [{ kind: 'resume', channel } as const] : [],
    ),
  ];
  const [measure, another] = found;
  if (!measure) {
    const known = [...Object.keys(agents), ...own];
    throw unknownName('NOT_FOUND', `'${name}' is no agent or channel`, name, known, application);
  }
  if (another === undefined) return measure;
  throw new LanewayError('INVALID_OPTION', `'${name}' is the name of an agent and of a channel of '${application}'`, {
    help: [`name one: agent.${name}, channel.${name}`],
  });
}
