import { milliseconds } from '../../../shared/domain/base/duration.js';
import { LanewayError } from '../../../shared/domain/base/errors.js';
import { examineLetter } from '../../../shared/operator/letters/examine-letter.js';
import { findLetters, groupLetters, type LetterFilter } from '../../../shared/operator/letters/letter-groups.js';
import { checkActor, type Actor, type OperatorServices } from '../../../shared/operator/operator-services.js';
import { letterById } from '../../../shared/operator/letters/redrive-letter.js';
import { discardLetter, editLetter } from '../../../shared/operator/letters/settle-letter.js';
import { actingUser } from '../../context/acting-user.js';
import type { CommandContext } from '../../context/command-context.js';
import { openOperator } from '../../context/open-operator.js';
import { readData } from '../../input/read-data.js';
import { readDuration } from '../../input/read-duration.js';
import { groupTable, letterTable, letterText } from '../../render/dead-letters.js';

/** Options of the commands that choose dead letters. */
export interface ChooseOptions extends LetterFilter {
  readonly limit?: number;
}

/** Options of the commands that act. */
export interface ActOptions {
  readonly why: string;
  /** @defaultValue the user of the operating system */
  readonly by?: string;
}

/** Options of `laneway dlq edit`. */
export interface EditOptions extends ActOptions {
  readonly data: string;
  readonly expires?: string;
}

const editedExpiry = '1 hour';

/** Dead letters by error signature. */
export async function dlqGroupsCommand(context: CommandContext, filter: LetterFilter): Promise<void> {
  const { book, topology } = await operatorOf(context);
  const groups = groupLetters(await findLetters(book, filter));
  context.output.result(groups, () => groupTable(topology.name, groups, context.output.paint).join('\n'));
}

/** Dead letters, the latest first. */
export async function dlqListCommand(context: CommandContext, { limit, ...filter }: ChooseOptions): Promise<void> {
  const { book, topology } = await operatorOf(context);
  const letters = await findLetters(book, filter, limit);
  context.output.result(letters, () => letterTable(topology.name, letters, context.output.paint).join('\n'));
}

/** One dead letter with its message, held against the schema as it is now. @throws LanewayError NOT_FOUND */
export async function dlqGetCommand(context: CommandContext, id: string): Promise<void> {
  const services = await operatorOf(context);
  const seen = await examineLetter(await letterById(id, services), services);
  context.output.result(seen, () => letterText(seen, context.output.paint).join('\n'));
}

/** Settles a dead letter without its message. @throws LanewayError NOT_FOUND; REFUSED when it is settled already */
export async function dlqDiscardCommand(context: CommandContext, id: string, options: ActOptions): Promise<void> {
  const actor = actorOf(options);
  const services = await operatorOf(context);
  const letter = await letterById(id, services);
  if ((await discardLetter(letter, actor, services)) === 'settled')
    throw new LanewayError('REFUSED', `dead letter '${id}' is settled already`, {
      help: [`see: laneway dlq get ${id}`],
    });
  context.output.result({ id, result: 'discarded', ...actor }, () => `${id} discarded by ${actor.by}`);
}

/** Sends a message with another payload instead of a dead-lettered one. @throws LanewayError as `editLetter` */
export async function dlqEditCommand(context: CommandContext, id: string, options: EditOptions): Promise<void> {
  const actor = actorOf(options);
  const data = readData(options.data);
  const expiresIn = milliseconds(options.expires === undefined ? editedExpiry : readDuration(options.expires));
  const services = await operatorOf(context);
  const edited = await editLetter(await letterById(id, services), data, actor, { expiresIn }, services);
  context.output.progress(`sent to ${edited.receiver}; follow it: laneway trace ${edited.conversation}`);
  context.output.result(edited, () => edited.successor);
}

/** Actor of a command: `--by`, else the user of this machine, and the reason. @throws LanewayError INVALID_OPTION */
export function actorOf({ by, why }: ActOptions): Actor {
  const actor = { by: by ?? actingUser(), why };
  checkActor(actor);
  return actor;
}

/** The operator's services where the command works. */
export async function operatorOf(context: CommandContext): Promise<OperatorServices> {
  const { topology } = await context.operated();
  return openOperator(topology);
}
