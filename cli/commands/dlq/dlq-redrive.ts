import { defined } from '../../../shared/domain/base/defined.js';
import { milliseconds } from '../../../shared/domain/base/duration.js';
import { LanewayError } from '../../../shared/domain/base/errors.js';
import { findDeadLetters } from '../../../shared/operator/dead-letters/dead-letter-groups.js';
import { deadLetterById, type Redriven } from '../../../shared/operator/dead-letters/redrive-dead-letter.js';
import { redriveCanary, redriveDeadLetters } from '../../../shared/operator/dead-letters/redrive-dead-letters.js';
import type { CommandContext } from '../../context/command-context.js';
import { readDuration } from '../../input/read-duration.js';
import { redrivenTable } from '../../render/dead-letters.js';
import { actorOf, operatorOf, type ActOptions, type ChooseOptions } from './dlq.js';

/** Options of `laneway dlq redrive`. */
export interface RedriveCommandOptions extends ActOptions, ChooseOptions {
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly rate?: number;
  readonly expires?: string;
  readonly canary?: boolean;
  readonly vouch?: boolean;
  readonly settleWithin?: string;
}

const settleWithin = '5 minutes';

/**
 * Puts dead-lettered messages back into their lanes: one by id, or those that a filter chooses.
 * @throws LanewayError INVALID_OPTION without id and filter; NOT_FOUND; UNAVAILABLE when it could not go on; REFUSED when
 * nothing was sent, or a canary redrive stopped
 */
export async function dlqRedriveCommand(
  context: CommandContext,
  id: string | undefined,
  options: RedriveCommandOptions,
): Promise<void> {
  const { output } = context;
  const { group, receiver, type, reason, limit, dryRun, rate, expires } = options;
  const filter = defined({ group, receiver, type, reason });
  if ((id === undefined) === (Object.keys(filter).length === 0 && options.all !== true)) {
    throw new LanewayError('INVALID_OPTION', 'a redrive takes either the id of a dead letter or a filter', {
      help: ['allowed: <id>; or --group, --receiver, --type, --reason, --all'],
    });
  }
  const settings = {
    dryRun: dryRun === true,
    vouch: options.vouch === true,
    ...defined({ rate }),
    ...(expires === undefined ? {} : { expiresIn: milliseconds(readDuration(expires)) }),
  };
  const within = milliseconds(options.settleWithin === undefined ? settleWithin : readDuration(options.settleWithin));
  const actor = await actorOf(context, options);
  const services = await operatorOf(context);
  const letters =
    id === undefined ? await findDeadLetters(services.book, filter, limit) : [await deadLetterById(id, services)];
  const show = (redriven: readonly Redriven[]) => () => redrivenTable(redriven, output.paint).join('\n');
  if (options.canary !== true || dryRun === true) {
    const redriven = await redriveDeadLetters(letters, actor, settings, services);
    output.result(redriven, show(redriven));
    const failed = redriven.find(({ result }) => result === 'failed');
    if (failed)
      throw new LanewayError('UNAVAILABLE', `${letters.length - redriven.length + 1} were not redriven: ${failed.why}`);
    if (redriven.length > 0 && redriven.every(({ result }) => result === 'skipped'))
      throw new LanewayError('REFUSED', 'nothing was redriven', { help: ['the list says why'] });
    return;
  }
  const report = await redriveCanary(
    letters,
    actor,
    { ...settings, settleWithin: within, progress: output.progress },
    services,
  );
  output.result(report, show(report.redriven));
  if (report.stopped)
    throw new LanewayError('REFUSED', `the canary redrive stopped, ${report.stopped.left} left: ${report.stopped.why}`);
}
