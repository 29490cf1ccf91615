import { defined } from '../../../shared/domain/base/defined.js';
import { connectAs } from '../../../shared/client/connect.js';
import { milliseconds, type Duration } from '../../../shared/domain/base/duration.js';
import { LanewayError, unknownName } from '../../../shared/domain/base/errors.js';
import type { Priority } from '../../../shared/domain/base/priority.js';
import type { CommandType, MessageType } from '../../../shared/message/message-type.js';
import type { ClientPublishOptions } from '../../../shared/publishing/client-options.js';
import type { Topology } from '../../../shared/topology/topology.js';
import type { CommandContext } from '../../context/command-context.js';
import type { Operated } from '../../context/operated-topology.js';
import { checkPayload } from '../../input/check-payload.js';
import { openDeployed } from '../../context/open-deployed.js';
import { readData } from '../../input/read-data.js';
import { readDuration } from '../../input/read-duration.js';
import { deliveriesLine } from '../../render/delivery-status.js';
import { untilAtRest } from './until-at-rest.js';

/** Options of `laneway send`. */
export interface SendOptions {
  readonly data: string;
  readonly priority?: Priority;
  readonly correlation?: string;
  readonly as?: string;
  readonly channel?: string;
  readonly to?: string;
  readonly subject?: string;
  readonly wait?: string | true;
}

const defaultWait: Duration = '30 seconds';

/**
 * Publishes one message as a client of the topology. With `wait`: for a command that names a reply, until the reply is
 * there, which it prints; for any other message, until nothing of the conversation is in flight.
 *
 * @throws LanewayError UNKNOWN_TYPE, UNKNOWN_CLIENT, SCHEMA and the others of publishing; REQUEST_TIMED_OUT when the
 * waiting ended first
 */
export async function sendCommand(context: CommandContext, typeName: string, options: SendOptions): Promise<void> {
  const { output } = context;
  const { topology, unchecked } = await context.operated();
  const type = typeNamed(topology, typeName);
  const client = options.as ?? onlyClientFor(topology, type);
  const data = readData(options.data);
  const wait =
    options.wait === undefined ? undefined : options.wait === true ? defaultWait : readDuration(options.wait);
  checkPayload(type, data);
  sayUnchecked(unchecked, type.name, output.progress);
  const laneway = await connectAs(topology, { as: client });
  const given = publishOptions(options);

  if (wait !== undefined && isRequest(type)) {
    const start = Date.now();
    const reply: unknown = await laneway.request(type, data, { ...given, timeout: wait });
    output.progress(`${type.reply?.name ?? 'reply'} after ${Date.now() - start} ms`);
    return output.result(reply, () => JSON.stringify(reply, null, 2));
  }
  const receipt = await laneway.publish(type, data, given);
  if (wait === undefined) {
    output.progress(`${type.name} published as ${client}; follow it: laneway trace ${receipt.correlationId}`);
    return output.result(receipt, () => receipt.correlationId);
  }
  output.progress(`${type.name} published as ${client}, conversation ${receipt.correlationId}; waiting ${wait}`);
  const { conversations } = await openDeployed(topology);
  const { account, atRest } = await untilAtRest(conversations, receipt.correlationId, milliseconds(wait));
  output.result({ ...receipt, account }, () => receipt.correlationId);
  output.progress(deliveriesLine(account, output.paint));
  if (!atRest) {
    throw new LanewayError('REQUEST_TIMED_OUT', `the conversation was still going on after ${wait}`, {
      help: [`follow it: laneway trace ${receipt.correlationId}`],
    });
  }
  if (account.deadLettered > 0) {
    throw new LanewayError(
      'REQUEST_FAILED',
      `${account.deadLettered} of ${account.expected} deliveries became dead letters`,
      {
        help: [`see why: laneway trace ${receipt.correlationId}`],
      },
    );
  }
}

/** Says which rules of a payload only the agents can check, where the sources are not at hand. */
function sayUnchecked(unchecked: Operated['unchecked'], type: string, say: (line: string) => void): void {
  const rules = unchecked[type];
  if (rules)
    say(`not checked here, as it is code of the application: ${rules.join(', ')}; a receiver refuses what breaks it`);
}

/** A type of a topology by its name. @throws LanewayError UNKNOWN_TYPE */
export function typeNamed(topology: Topology, name: string): MessageType {
  const type = topology.types.get(name);
  if (type !== undefined) return type;
  throw unknownName('UNKNOWN_TYPE', `'${name}' is no message type`, name, [...topology.types.keys()], topology.name);
}

/** The client that may publish a type, when there is just one. */
export function onlyClientFor(topology: Topology, type: MessageType): string {
  const able = Object.values(topology.model.clients).filter(({ publishes }) => publishes.includes(type.name));
  const [only] = able;
  if (only !== undefined && able.length === 1) return only.id;
  const known = Object.keys(topology.model.clients).join(', ') || '(none)';
  throw new LanewayError(
    'NOT_DECLARED',
    able.length === 0
      ? `no client of '${topology.name}' may publish ${type.name}`
      : `${able.length} clients of '${topology.name}' may publish ${type.name}`,
    {
      help:
        able.length === 0
          ? [`clients: ${known}`, `add ${type.name} to the 'publishes' of one of them in the topology`]
          : [`choose one: ${able.map(({ id }) => `--as ${id}`).join(' or ')}`],
    },
  );
}

/** True for a command type with a reply. */
export function isRequest(type: MessageType): type is CommandType {
  return type.kind === 'command' && type.reply !== undefined;
}

function publishOptions({
  priority,
  correlation,
  channel,
  to,
  subject,
}: SendOptions): Omit<ClientPublishOptions, 'deadline'> {
  return defined({ priority, correlationId: correlation, channel, to, subject });
}
