import { createInterface } from 'node:readline/promises';
import { visibleLine } from '../../../shared/domain/base/visible-text.js';
import { LanewayError } from '../../../shared/domain/base/errors.js';
import type { CommandContext } from '../../context/command-context.js';
import { destroyHere, interruptible } from './deploy-here.js';
import { describeTarget } from '../../context/target.js';

/** Options of `laneway destroy`. */
export interface DestroyOptions {
  readonly yes?: boolean;
}

/**
 * Destroys the project's stacks, with everything in their queues and tables, after asking.
 * @throws LanewayError INVALID_OPTION where there is nobody to ask and `yes` is not given
 */
export async function destroyCommand(
  context: CommandContext,
  stacks: readonly string[],
  { yes = false }: DestroyOptions,
): Promise<void> {
  const { output } = context;
  const target = await context.target();
  const what = `${stacks.length === 0 ? 'all stacks' : stacks.join(', ')} of ${context.project.directory}`;
  const where = describeTarget(target);
  if (!yes && !(await agreed(`Destroy ${what} on ${where}, with every message and the ledger? [y/N] `))) {
    output.progress('nothing was destroyed');
    return;
  }
  const interrupt = interruptible();
  try {
    const { signal } = interrupt;
    await destroyHere(context, target, { signal, ...(stacks.length === 0 ? {} : { stacks }) });
  } finally {
    interrupt.release();
  }
  output.result({ destroyed: true, where }, () => `destroyed on ${where}`);
}

async function agreed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new LanewayError('INVALID_OPTION', 'destroy asks first, and there is no terminal to ask on', {
      help: ['say it on the command line: --yes'],
    });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(visibleLine(question))).trim());
  } finally {
    terminal.close();
  }
}
