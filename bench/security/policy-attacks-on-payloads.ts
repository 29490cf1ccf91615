import { ledgerWriters } from '../../shared/domain/evidence/ledger-writers.js';
import { keptPlace, replyPlace, writerPlace } from '../../shared/domain/wire/payload-keys.js';
import { PLATFORM_WRITER } from '../../shared/domain/wire/writers.js';
import type { Attempt, PolicyAttack } from './attack.js';
import { CONVERSATION, on, ownWriters } from './calls.js';
import type { Place, Subject } from './subjects.js';

/** Calls on objects of the payload bucket. */
const objects = (place: Place, action: string, keys: readonly string[]): Attempt[] =>
  keys.flatMap((key) =>
    on(place, 'AWS::S3::Bucket', [action], /Payloads/, (arn) => `${arn}/${key}/digest.json`).map((attempt) => ({
      ...attempt,
      what: `${action} of ${key}`,
    })),
  );

const writersOf = ({ topology }: Place): string[] => ledgerWriters(topology.model);

const heardBy = ({ kind, name }: Subject, { topology }: Place): readonly string[] =>
  kind === 'agent' ? (topology.model.agents[name]?.subscribes ?? []) : [];

/** Attacks on payloads that are others'. */
export const ATTACKS_ON_PAYLOADS = [
  {
    // 8
    ...{ name: 'read-unheard-payload', severity: 'high' },
    title:
      'reads payloads of channels that it does not hear, its own among them, also in conversations called like others',
    attempts: (subject, place) => {
      // Functions of the platform carry out everybody's requests, and read what they are about.
      if (subject.kind === 'platform') return [];
      const heard = heardBy(subject, place);
      const channels = Object.keys(place.topology.model.channels).filter((channel) => !heard.includes(channel));
      const names = [CONVERSATION, ...heard.slice(0, 2), 'emissions'];
      const own = ownWriters(subject, place);
      const [other = PLATFORM_WRITER] = writersOf(place).filter((writer) => !own.includes(writer));
      const keys = channels.flatMap((channel) =>
        [...own, other, PLATFORM_WRITER].flatMap((writer) => names.map((name) => writerPlace(channel, writer, name))),
      );
      return objects(place, 's3:GetObject', [...keys, keptPlace(PLATFORM_WRITER, 'state', CONVERSATION)]);
    },
  },
  {
    // 8
    ...{ name: 'read-kept-texts', severity: 'high' },
    title: "reads dead letters, replies to others' requests, or what other agents emitted",
    attempts: (subject, place) => {
      if (subject.kind === 'platform') return [];
      const own = ownWriters(subject, place);
      const others = writersOf(place).filter((writer) => !own.includes(writer));
      return objects(place, 's3:GetObject', [
        ...writersOf(place).map((writer) => keptPlace(writer, 'letters', CONVERSATION)),
        ...others.map((writer) => replyPlace(writer, PLATFORM_WRITER, CONVERSATION)),
        // Clients read conversations, what agents emitted in them included.
        ...(subject.kind === 'client' ? [] : others.map((writer) => keptPlace(writer, 'emissions', CONVERSATION))),
      ]);
    },
  },
  {
    // 8
    ...{ name: 'overwrite-payload', severity: 'critical' },
    title: "writes payloads, replies, emissions or dead letters below another's name",
    attempts: (subject, place) => {
      const own = ownWriters(subject, place);
      const others = writersOf(place).filter((writer) => !own.includes(writer));
      const [channel = ''] = Object.keys(place.topology.model.channels);
      return objects(
        place,
        's3:PutObject',
        others.flatMap((writer) => [
          writerPlace(channel, writer, CONVERSATION),
          replyPlace(own[0] ?? writer, writer, CONVERSATION),
          ...(['emissions', 'letters', 'state'] as const).map((kind) => keptPlace(writer, kind, CONVERSATION)),
        ]),
      );
    },
  },
] satisfies readonly Omit<PolicyAttack, 'decidedBy'>[];
