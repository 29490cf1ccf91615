/** Partition of the registry's table in which an agent's instances write; its role covers no other. */
export function claimsKey(agent: string): string {
  return `agent.${agent}`;
}

/** Partition of the registry's table that the platform and operators write; an agent's role may read its own. */
export function wordKey(agent: string): string {
  return `word.${agent}`;
}

/** Partitions of {@link wordKey}, of all agents. */
export const WORD_KEYS = wordKey('*');

/** First part of the sort keys of standings. */
export const STANDING = 'standing#';

/** First part of the sort keys of drains; that on all instances of an agent is this alone. */
export const DRAIN = 'drain#';

/** Partition in which the platform writes the health of agents as a whole, one row for each. */
export const HEALTH_KEY = 'health';
