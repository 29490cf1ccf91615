import { callerHere } from '../../../shared/aws/process-ports.js';
import { milliseconds } from '../../../shared/domain/base/duration.js';
import { LanewayError } from '../../../shared/domain/base/errors.js';
import { actedBy, LOCAL_CALLER } from '../../../shared/domain/evidence/caller.js';
import { examineDeadLetter } from '../../../shared/operator/dead-letters/examine-dead-letter.js';
import {
  findDeadLetters,
  groupDeadLetters,
  type DeadLetterFilter,
} from '../../../shared/operator/dead-letters/dead-letter-groups.js';
import { checkActor, type Actor, type OperatorServices } from '../../../shared/operator/operator-services.js';
import { deadLetterById } from '../../../shared/operator/dead-letters/redrive-dead-letter.js';
import { discardDeadLetter, editDeadLetter } from '../../../shared/operator/dead-letters/settle-dead-letter.js';
import type { CommandContext } from '../../context/command-context.js';
import { openDeployed } from '../../context/open-deployed.js';
import { readData } from '../../input/read-data.js';
import { readDuration } from '../../input/read-duration.js';
import { groupTable, deadLetterTable, deadLetterLines } from '../../render/dead-letters.js';

/** Options of the commands that choose dead letters. */
export interface ChooseOptions extends DeadLetterFilter {
  readonly limit?: number;
}

/** Options of the commands that act. */
export interface ActOptions {
  readonly why: string;
  /** Name beside the identity of the credentials. */
  readonly by?: string;
}

/** Options of `laneway dlq edit`. */
export interface EditOptions extends ActOptions {
  readonly data: string;
  readonly expires?: string;
  readonly vouch?: boolean;
}

const editedExpiry = '1 hour';

/** Dead letters by error signature. */
export async function dlqGroupsCommand(context: CommandContext, filter: DeadLetterFilter): Promise<void> {
  const { book, topology } = await operatorOf(context);
  const groups = groupDeadLetters(await findDeadLetters(book, filter));
  context.output.result(groups, () => groupTable(topology.name, groups, context.output.paint).join('\n'));
}

/** Dead letters, the latest first. */
export async function dlqListCommand(context: CommandContext, { limit, ...filter }: ChooseOptions): Promise<void> {
  const { book, topology } = await operatorOf(context);
  const letters = await findDeadLetters(book, filter, limit);
  context.output.result(letters, () => deadLetterTable(topology.name, letters, context.output.paint).join('\n'));
}

/** One dead letter with its message, held against the schema as it is now. @throws LanewayError NOT_FOUND */
export async function dlqGetCommand(context: CommandContext, id: string): Promise<void> {
  const services = await operatorOf(context);
  const seen = await examineDeadLetter(await deadLetterById(id, services), services);
  context.output.result(seen, () => deadLetterLines(seen, context.output.paint).join('\n'));
}

/** Settles a dead letter without its message. @throws LanewayError NOT_FOUND; REFUSED when it is settled already */
export async function dlqDiscardCommand(context: CommandContext, id: string, options: ActOptions): Promise<void> {
  const actor = await actorOf(context, options);
  const services = await operatorOf(context);
  const letter = await deadLetterById(id, services);
  if ((await discardDeadLetter(letter, actor, services)) === 'settled')
    throw new LanewayError('REFUSED', `dead letter '${id}' is settled already`, {
      help: [`see: laneway dlq get ${id}`],
    });
  context.output.result({ id, result: 'discarded', ...actor }, () => `${id} discarded by ${actor.by}`);
}

/** Sends a message with another payload instead of a dead-lettered one. @throws LanewayError as `editDeadLetter` */
export async function dlqEditCommand(context: CommandContext, id: string, options: EditOptions): Promise<void> {
  const data = readData(options.data);
  const actor = await actorOf(context, options);
  const expiresIn = milliseconds(options.expires === undefined ? editedExpiry : readDuration(options.expires));
  const services = await operatorOf(context);
  const given = { data, expiresIn, vouch: options.vouch === true };
  const edited = await editDeadLetter(await deadLetterById(id, services), given, actor, services);
  context.output.progress(`sent to ${edited.receiver}; follow it: laneway trace ${edited.conversation}`);
  context.output.result(edited, () => edited.successor);
}

/**
 * Actor of a command: the identity behind the credentials, with `--by` beside it, and the reason.
 * @throws LanewayError INVALID_OPTION without a reason; UNAVAILABLE
 */
export async function actorOf(context: Pick<CommandContext, 'operated'>, { by, why }: ActOptions): Promise<Actor> {
  checkActor({ by: by ?? LOCAL_CALLER, why });
  // From here on the credentials and the endpoint are those of where the command works.
  await context.operated();
  return { by: actedBy(await callerHere().identity(), by), why };
}

/** The operator's services where the command works. */
export async function operatorOf(context: CommandContext): Promise<OperatorServices> {
  const { topology } = await context.operated();
  return openDeployed(topology);
}
