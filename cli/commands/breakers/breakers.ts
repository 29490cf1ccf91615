import { breakersOf } from '../../../shared/operator/breakers/breakers.js';
import type { CommandContext } from '../../context/command-context.js';
import { openDeployed } from '../../context/open-deployed.js';
import { breakerTable } from '../../render/operators/breakers.js';
import { actorOf, type ActOptions } from '../dlq/dlq.js';

/** Breakers of all agents, or of one. @throws LanewayError UNKNOWN_AGENT */
export async function breakersListCommand(
  context: CommandContext,
  { agent }: { readonly agent?: string },
): Promise<void> {
  const { topology } = await context.operated();
  const { breakers, book, clock } = await openDeployed(topology);
  const found = await breakersOf({ breakers, book, clock, model: topology.model }).list(agent);
  context.output.result(found, () => breakerTable(topology.name, found, context.output.paint).join('\n'));
}

/** Opens or closes a breaker. @throws LanewayError UNKNOWN_AGENT, UNKNOWN_BREAKER, INVALID_OPTION */
export async function breakersActCommand(
  context: CommandContext,
  act: 'trip' | 'reset',
  { agent, guard }: { readonly agent: string; readonly guard: string },
  options: ActOptions,
): Promise<void> {
  const actor = await actorOf(context, options);
  const { topology } = await context.operated();
  const { breakers, book, clock } = await openDeployed(topology);
  const record = await breakersOf({ breakers, book, clock, model: topology.model })[act](agent, guard, actor);
  context.output.result(record, () => breakerTable(topology.name, [record], context.output.paint).join('\n'));
}
