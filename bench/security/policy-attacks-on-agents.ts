import { EMERGENCY_KEY } from '../../shared/aws/dynamo/emergency/emergency-key.js';
import { laterItemKey } from '../../shared/aws/dynamo/ledger-item.js';
import { PAUSES_KEY, waitingKey } from '../../shared/aws/dynamo/pauses/pause-keys.js';
import { bucketPartition } from '../../shared/aws/dynamo/rates/rate-keys.js';
import { claimsKey, HEALTH_KEY, wordKey } from '../../shared/aws/dynamo/registry/registry-keys.js';
import { bucketKey } from '../../shared/domain/rate/rate-limit.js';
import { exactBuckets } from '../../shared/topology/rates/exact-buckets.js';
import type { Attempt, PolicyAttack } from './attack.js';
import { ERASES, rows, WRITES } from './calls.js';
import type { Place, Subject } from './subjects.js';

/** Agents other than the subject. */
const others = ({ kind, name }: Subject, { topology }: Place): string[] =>
  Object.keys(topology.model.agents).filter((agent) => kind !== 'agent' || agent !== name);

/** Writing and erasing rows of the registry. */
const onRegistry = (place: Place, keys: readonly string[]): Attempt[] =>
  rows(place, 'Instances', [...WRITES, ...ERASES], keys);

/** Shared buckets from which a subject takes, where their limits are exact. */
function ownBuckets({ kind, name }: Subject, { topology: { model } }: Place): string[] {
  if (kind === 'agent' || kind === 'client') return exactBuckets({ kind, name }, model);
  return kind === 'platform' && name === 'ingress' ? exactBuckets({ kind: 'ingress' }, model) : [];
}

/** Shared buckets of every part that may have a limit, whether it has one or not: nobody writes one that nobody keeps. */
function allBuckets({ topology: { model } }: Place): string[] {
  const parts = { agent: model.agents, client: model.clients, ingress: model.ingress, channel: model.channels };
  return Object.entries(parts).flatMap(([kind, named]) =>
    Object.keys(named).map((name) => bucketKey(kind as keyof typeof parts, name)),
  );
}

/** Attacks on what is known of agents: their instances, their standings, what they put off, and their breakers. */
export const ATTACKS_ON_AGENTS = [
  {
    ...{ name: 'pose-as-instance', severity: 'high' },
    title: "registers an instance of another agent, beats for it, says that it is gone, or erases another's",
    attempts: (subject, place) => onRegistry(place, others(subject, place).map(claimsKey)),
  },
  {
    ...{ name: 'write-standings', severity: 'high' },
    title: 'writes what the platform says of agents: how they stand, its own standing among them, and which are down',
    attempts: (subject, place) => {
      const words = [...Object.keys(place.topology.model.agents).map(wordKey), HEALTH_KEY];
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
  {
    ...{ name: 'forge-pause', severity: 'high' },
    title: "pauses or resumes a channel, declares or ends an emergency, or says what waits for another's channel",
    attempts: (subject, place) => {
      const channels = Object.keys(place.topology.model.channels);
      const waiting = others(subject, place).flatMap((agent) => channels.map((one) => waitingKey(agent, one).pk));
      return rows(place, 'Ledger', [...WRITES, ...ERASES], [PAUSES_KEY.pk, EMERGENCY_KEY.pk, ...new Set(waiting)]);
    },
  },
  {
    ...{ name: 'drain-bucket', severity: 'high' },
    title:
      'takes from a shared bucket of a limit that it does not keep, so that others wait or are let through, or erases one',
    attempts: (subject, place) => {
      const own = ownBuckets(subject, place);
      const foreign = allBuckets(place).filter((bucket) => !own.includes(bucket));
      return [
        ...onRegistry(place, foreign.map(bucketPartition)),
        ...rows(place, 'Instances', ERASES, own.map(bucketPartition)),
      ];
    },
  },
] satisfies readonly Omit<PolicyAttack, 'decidedBy'>[];
