import type { CommandContext } from '../../context/command-context.js';
import { table } from '../../render/table.js';
import { invokeFunction } from '../../context/invoke-function.js';
import { findDeployment, outputOf } from '../../../shared/client/deployment.js';
import { supervisor as supervisorDeclaration } from '../../../functions/platform/supervisor/declaration.js';
import { isDuration, milliseconds } from '../../../shared/domain/base/duration.js';
import { LanewayError } from '../../../shared/domain/base/errors.js';
import { outputKey } from '../../../shared/topology/deployed/output-key.js';

/** Output of an application that has workflows. */
const SUPERVISOR = outputKey('PlatformFunction', supervisorDeclaration.name);

/** Options of {@link sweepCommand}. */
export interface SweepOptions {
  readonly deep?: boolean;
  /** Duration for which supervision leaves a step alone. @defaultValue five minutes */
  readonly grace?: string;
}

/**
 * Runs the sweeper now, as its schedule does, and supervision, where there are workflows: settles what can no longer
 * arrive, resolves what nobody would answer, and prints what they found.
 * @throws LanewayError NOT_FOUND when nothing is deployed; INVALID_OPTION; CRASHED when a function failed
 */
export async function sweepCommand(context: CommandContext, options: SweepOptions = {}): Promise<void> {
  const { output } = context;
  const graceSeconds = secondsOf(options.grace);
  const { topology } = await context.operated();
  const deployment = await findDeployment(topology.name);
  const deep = options.deep === true;
  const swept = await invokeFunction(outputOf(deployment, 'SweeperFunction'), { deep });
  const supervisor = deployment[SUPERVISOR];
  const order = graceSeconds === undefined ? {} : { graceSeconds };
  const workflows = supervisor === undefined ? undefined : await invokeFunction(supervisor, order);
  if (workflows === undefined) return output.result(swept ?? null, () => describeSummary(swept));
  const text = () => `${describeSummary(swept)}\n\nworkflows\n${describeSummary(workflows)}`;
  output.result({ ...(swept as object | undefined), workflows }, text);
}

/** A summary's fields as aligned lines, numbers at the right: `deliveries settled   3`. */
export function describeSummary(summary: unknown): string {
  if (typeof summary !== 'object' || summary === null) return 'swept; the sweeper reported nothing';
  const rows = Object.entries(summary).map(([name, value]) => [
    name.replace(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`),
    typeof value === 'object' ? JSON.stringify(value) : String(value),
  ]);
  return rows.length === 0 ? 'swept; there was nothing to do' : table(rows, { right: [1] }).join('\n');
}

/** @throws LanewayError INVALID_OPTION */
function secondsOf(grace: string | undefined): number | undefined {
  if (grace === undefined) return undefined;
  if (isDuration(grace)) return milliseconds(grace) / 1_000;
  throw new LanewayError('INVALID_OPTION', `--grace is '${grace}'`, {
    help: ["allowed: a duration, such as '1 minute'"],
  });
}
