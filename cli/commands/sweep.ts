import type { CommandContext } from '../command-context.js';
import { table } from '../render/table.js';
import { invokeFunction } from '../invoke-function.js';
import { findDeployment, outputOf } from '../../shared/client/deployment.js';

/**
 * Runs the sweeper now, as its schedule does: settles what can no longer arrive and prints what it found.
 * @throws LanewayError NOT_FOUND when nothing is deployed; CRASHED when the sweeper failed
 */
export async function sweepCommand(context: CommandContext, { deep }: { deep?: boolean } = {}): Promise<void> {
  const { output } = context;
  const { topology } = await context.topology();
  await context.target();
  const deployment = await findDeployment(topology.name);
  const summary = await invokeFunction(outputOf(deployment, 'SweeperFunction'), { deep: deep === true });
  output.result(summary ?? null, () => describeSummary(summary));
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
