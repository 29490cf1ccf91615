import type { DeclaredOutputs } from '../../../infra/engines/deploy/deploy.js';
import type { CommandContext } from '../../context/command-context.js';
import { deployHere, deployTarget, interruptible, shellLines } from './deploy-here.js';
import type { Paint } from '../../render/paint.js';
import { table } from '../../render/table.js';
import { span } from '../../render/time.js';
import { describeTarget } from '../../context/target.js';

/** Deploys the project's application and prints its outputs. */
export async function deployCommand(context: CommandContext, stacks: readonly string[]): Promise<void> {
  const { output } = context;
  const target = await deployTarget(context);
  output.progress(`deploying to ${describeTarget(target)}`);
  const start = Date.now();
  const interrupt = interruptible();
  try {
    const { signal } = interrupt;
    const outputs = await deployHere(context, target, { signal, ...(stacks.length === 0 ? {} : { stacks }) });
    output.result(outputs, () => describeOutputs(outputs, output.paint).join('\n'));
    output.progress(`deployed in ${span(Date.now() - start)}`);
    for (const line of shellLines(target)) output.progress(line);
  } finally {
    interrupt.release();
  }
}

/** Outputs by stack, aligned. */
export function describeOutputs(outputs: DeclaredOutputs, paint: Paint): string[] {
  const told = Object.entries(outputs).filter(([, own]) => Object.keys(own).length > 0);
  return told.flatMap(([stack, own], index) => [
    ...(index === 0 ? [] : ['']),
    paint.strong(stack),
    ...table(Object.entries(own), { indent: '  ' }),
  ]);
}
