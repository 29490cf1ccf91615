import { laterItemKey } from '../../shared/aws/dynamo/ledger-item.js';
import { claimsKey, wordKey } from '../../shared/aws/dynamo/registry/registry-keys.js';
import type { Attempt, PolicyAttack } from './attack.js';
import { ERASES, rows, WRITES } from './calls.js';
import type { Place, Subject } from './subjects.js';

/** Agents other than the subject. */
const others = ({ kind, name }: Subject, { topology }: Place): string[] =>
  Object.keys(topology.model.agents).filter((agent) => kind !== 'agent' || agent !== name);

/** Writing and erasing rows of the registry. */
const onRegistry = (place: Place, keys: readonly string[]): Attempt[] =>
  rows(place, 'Instances', [...WRITES, ...ERASES], keys);

/** Attacks on what is known of agents: their instances, their standings, what they put off, and their breakers. */
export const ATTACKS_ON_AGENTS = [
  {
    ...{ name: 'pose-as-instance', severity: 'high' },
    title: "registers an instance of another agent, beats for it, says that it is gone, or erases another's",
    attempts: (subject, place) => onRegistry(place, others(subject, place).map(claimsKey)),
  },
  {
    ...{ name: 'write-standings', severity: 'high' },
    title: 'writes what the platform says of agents: how they stand, its own standing among them',
    attempts: (subject, place) => {
      const words = Object.keys(place.topology.model.agents).map(wordKey);
      // Whose work it is writes them, and erases none.
      const isWatcher = subject.kind === 'platform' && subject.name === 'registry';
      return isWatcher ? rows(place, 'Instances', ERASES, words) : onRegistry(place, words);
    },
  },
  {
    ...{ name: 'forge-breaker', severity: 'high' },
    title: "writes another agent's breaker, so that its calls are made or are not",
    attempts: (subject, place) =>
      rows(
        place,
        'Ledger',
        [...WRITES, ...ERASES],
        others(subject, place).map((agent) => laterItemKey(agent, 'breaker', '').pk),
      ),
  },
  {
    ...{ name: 'forge-later-reply', severity: 'high' },
    title: 'writes which command another agent has put off, and so whom it answers later',
    attempts: (subject, place) =>
      rows(
        place,
        'Ledger',
        [...WRITES, ...ERASES],
        others(subject, place).flatMap((agent) =>
          (place.topology.model.agents[agent]?.handles ?? []).map((type) => laterItemKey(agent, type, '').pk),
        ),
      ),
  },
] satisfies readonly Omit<PolicyAttack, 'decidedBy'>[];
