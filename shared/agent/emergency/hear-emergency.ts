import { heardDeclaration, heardEnd } from '../../domain/emergency/emergency.js';
import type { Ports } from '../../domain/ports.js';
import { EmergencyEnded } from '../../message/emergency-messages.js';
import type { Context } from '../context.js';
import type { ErasedHandler } from '../create-agent.js';
import type { Message } from '../message.js';
import { ownStore } from '../store-trouble.js';

/**
 * The handler of messages about emergencies. A message is a hint alone: what is heard is what the operators' record says, so that
 * nobody declares an emergency by sending one, or makes up its reason, and an agent that comes back is not told of one that is over.
 */
export function emergencyHandler(
  onEmergency: ErasedHandler | undefined,
  emergencies: Pick<Ports['emergencies'], 'latest'> | undefined,
): ErasedHandler {
  return async (message, context) => {
    const { emergency } = message.data as { readonly emergency: string };
    const latest = emergencies && (await ownStore(emergencies.latest()));
    const end = latest && heardEnd(latest);
    if (latest?.id !== emergency || (end !== undefined) !== (message.type === EmergencyEnded.name)) {
      context.log.warn('a message about an emergency that is not so, or no longer', { emergency });
      return;
    }
    await (onEmergency ?? log)({ ...message, data: end ?? heardDeclaration(latest) }, context);
  };
}

function log({ type, data }: Message, context: Context): void {
  context.log.warn(type === EmergencyEnded.name ? 'an emergency has ended' : 'an emergency was declared', {
    ...(data as object),
  });
}
