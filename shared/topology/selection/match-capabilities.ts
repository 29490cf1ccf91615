import { LanewayError } from '../../domain/base/errors.js';
import { CapabilityMatcher, type PastAssignment } from '../../domain/selection/capability-matcher.js';

/**
 * A matcher of tasks in free text to the capabilities of a topology, by BM25 over their descriptions and over tasks of the
 * past. Ask for the best one with `to: { capabilities: [...] }`.
 * @param past tasks that were served, each with the capability that served it @defaultValue none
 * @throws LanewayError INVALID_TOPOLOGY for a topology that declares no capabilities, UNKNOWN_CAPABILITY for an assignment
 * to one that it does not declare
 */
export function matchCapabilities(
  topology: { readonly name: string; readonly model: { readonly capabilities?: Readonly<Record<string, string>> } },
  past: Iterable<PastAssignment> = [],
): CapabilityMatcher {
  const { capabilities } = topology.model;
  if (capabilities === undefined)
    throw new LanewayError('INVALID_TOPOLOGY', `'${topology.name}' describes no capabilities`, {
      help: ["declare them: defineTopology('...', { capabilities: { welding: { description: '...' } }, ... })"],
    });
  const described = Object.entries(capabilities).map(([name, description]) => ({ name, description }));
  return new CapabilityMatcher(described, past);
}
