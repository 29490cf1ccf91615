import type { TopologyModel } from '../../topology/model.js';
import type { AslDefinition } from '../compile/asl.js';
import { callsIn, fieldText } from '../compile/calls-in.js';
import { refusal } from '../record/references.js';

/** The parts of a workflow that tell how it starts. */
interface Startable {
  readonly name: string;
  readonly startedBy: { readonly name: string };
  readonly byHand?: boolean;
  readonly asl: AslDefinition;
}

/**
 * Refuses a workflow that nobody starts: no client, agent, ingress, workflow or platform function publishes its start
 * message, no other workflow runs it, and it has no `byHand`.
 * @throws LanewayError INVALID_WORKFLOW
 */
export function checkStarts(
  { agents, channels, clients, ingress }: TopologyModel,
  workflows: readonly Startable[],
): void {
  const calls = workflows.flatMap(({ name, asl }) => callsIn(asl).map(({ payload }) => ({ by: name, payload })));
  const published = new Set([
    ...[...Object.values(clients), ...Object.values(agents)].flatMap(({ publishes }) => publishes),
    ...Object.values(ingress).map(({ as }) => as),
    ...Object.values(channels).flatMap(({ system, carries }) => (system ? carries : [])),
  ]);
  for (const { name, startedBy, byHand = false } of workflows) {
    // `routingRules` refuses a start message without a carrier, with the better words.
    if (!Object.values(channels).some(({ carries }) => carries.includes(startedBy.name))) continue;
    const byAnother = calls.some(
      ({ by, payload }) =>
        by !== name && (fieldText(payload, 'runs') === name || fieldText(payload, 'type') === startedBy.name),
    );
    if (byHand || byAnother || published.has(startedBy.name)) continue;
    refusal(`workflow '${name}', startedBy`)(
      `nobody starts it: nobody publishes ${startedBy.name}`,
      `name ${startedBy.name} in 'publishes' of a client or agent, or as an ingress; or run the workflow by flow.run; or say { byHand: true }, for \`laneway workflow start\``,
    );
  }
}
