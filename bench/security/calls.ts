import { ledgerWriters } from '../../shared/domain/evidence/ledger-writers.js';
import { APPROVAL_WRITER, PLATFORM_WRITER } from '../../shared/domain/wire/writers.js';
import { sourceOf } from '../../shared/domain/wire/envelope.js';
import type { Attempt } from './attack.js';
import type { Place, Subject } from './subjects.js';

/** Some conversation. */
export const CONVERSATION = 'conversation-1';
/** Calls that write one row. */
export const WRITES = ['dynamodb:PutItem', 'dynamodb:UpdateItem'];
/** Calls that read rows. */
export const READS = ['dynamodb:GetItem', 'dynamodb:Query'];
/** Calls that erase rows. */
export const ERASES = ['dynamodb:DeleteItem', 'dynamodb:BatchWriteItem', 'dynamodb:PartiQLDelete'];

/** Attempts of one action on all resources of a type whose path matches, under both of their texts. */
export function on(
  { policies }: Place,
  type: string,
  actions: readonly string[],
  match = /./,
  of: (arn: string) => string = (arn) => arn,
): Attempt[] {
  return policies
    .resources(type)
    .filter(({ path }) => match.test(path))
    .flatMap(({ path, texts }) =>
      texts.flatMap((text) =>
        actions.map((action) => ({ action, resource: of(text), what: `${action} on ${placeIn(path)}` })),
      ),
    );
}

/** Attempts on rows of a table, by their partition keys. */
export function rows(
  { policies }: Place,
  table: 'Ledger' | 'Pending' | 'Instances',
  actions: readonly string[],
  keys: readonly string[],
): Attempt[] {
  const [found] = policies.resources('AWS::DynamoDB::GlobalTable').filter(({ path }) => path.includes(`/${table}/`));
  if (found === undefined) throw new Error(`no table ${table}`);
  return actions.flatMap((action) =>
    keys.map((key) => ({
      ...{ action, resource: found.texts[0], what: `${action} of ${key} in the table ${table}` },
      keys: { 'dynamodb:LeadingKeys': [key] },
    })),
  );
}

/** Writers under whose keys a subject writes. */
export function ownWriters({ kind, name }: Subject, { topology }: Place): string[] {
  if (kind === 'agent' || kind === 'client') return [`${kind}.${name}`];
  if (kind === 'page') return [APPROVAL_WRITER];
  if (kind !== 'platform') return [];
  const ingresses = ledgerWriters(topology.model).filter((writer) => writer.startsWith('ingress.'));
  return name === 'ingress' ? [PLATFORM_WRITER, ...ingresses] : [PLATFORM_WRITER];
}

/** Keys of the ledger that belong to others than the subject. */
export const foreign = (subject: Subject, place: Place): string[] =>
  ledgerWriters(place.topology.model)
    .filter((writer) => !ownWriters(subject, place).includes(writer))
    .map((writer) => `${writer}#${CONVERSATION}`);

/** Keys of requests that others than the subject make: agents, clients, and the platform for workflows. */
export function foreignRequests({ kind, name }: Subject, { topology: { model } }: Place): string[] {
  if (kind === 'platform') return [];
  const makers = [
    ...Object.keys(model.agents).map((agent) => `agent.${agent}`),
    ...Object.keys(model.clients).map((client) => `client.${client}`),
  ];
  return [
    ...makers.filter((maker) => maker !== `${kind}.${name}`).map((maker) => `${maker}:request-1`),
    '01a228c4-ea29-7116-9aeb-a6fa52ff0ebe',
  ];
}

/** Keys of the pending table that only the platform has: sagas, notes of open executions, cursors of sweeps. */
export const PLATFORM_ROWS = ['saga#order-1', 'execution#order-1', 'cursor#intents'];

/** Attempts to publish. Each list is one call. */
export function publishing(
  { policies }: Place,
  calls: readonly (readonly [sources: string[], types: string[]])[],
): Attempt[] {
  const [bus] = policies.resources('AWS::Events::EventBus');
  if (bus === undefined) throw new Error('no bus');
  return calls.map(([sources, types]) => ({
    ...{ action: 'events:PutEvents', resource: bus.texts[0] },
    what: `publishing ${types.join(' and ') || 'without a type'} as ${sources.join(' and ') || 'nobody'}`,
    keys: {
      ...(sources.length > 0 ? { 'events:source': sources } : {}),
      ...(types.length > 0 ? { 'events:detail-type': types } : {}),
    },
  }));
}

/** Source under which a subject publishes. */
export function ownSource({ kind, name }: Subject, { topology }: Place): string {
  const of = kind === 'agent' || kind === 'client' ? kind : kind === 'publisher' ? 'ingress' : 'platform';
  return sourceOf(topology.name, of, name);
}

/** Types that a subject declares to publish. */
export function declaredTypes({ kind, name }: Subject, { topology: { model } }: Place): readonly string[] {
  const of = kind === 'agent' ? model.agents[name] : kind === 'client' ? model.clients[name] : undefined;
  return of?.publishes ?? [];
}

/** Sources of agents, clients and ingresses other than the subject. */
export function otherSources(subject: Subject, place: Place): string[] {
  const { name: app, model } = place.topology;
  const own = ownSource(subject, place);
  return [
    ...Object.keys(model.agents).map((agent) => sourceOf(app, 'agent', agent)),
    ...Object.keys(model.clients).map((client) => sourceOf(app, 'client', client)),
    ...Object.keys(model.ingress).map((ingress) => sourceOf(app, 'ingress', ingress)),
  ].filter((source) => source !== own);
}

/** True for the own source of a platform function. */
export const isRight = (source: string, { kind, name }: Subject): boolean =>
  kind === 'platform' && source.endsWith(`.${name}`);

/** Lanes into which an agent sends by a direct channel. */
export function directLanes({ kind, name }: Subject, { topology: { model } }: Place): RegExp[] {
  if (kind === 'platform') return [];
  const publishes = kind === 'agent' ? model.agents[name]?.publishes : model.clients[name]?.publishes;
  return Object.values(model.channels)
    .filter(({ qos, carries }) => qos.delivery === 'direct' && carries.some((type) => publishes?.includes(type)))
    .flatMap(({ subscribers }) => subscribers.map((agent) => new RegExp(`/Mailbox-${agent}/Lane`)));
}

/** ARN of an object of somebody in a bucket of payloads. */
export const allIn = (arn: string): string => `${arn}/agent.somebody/channel=any/conversation/digest.json`;

/** Resources of somebody else in the account. */
export const ELSEWHERE = {
  's3:GetObject': 'arn:aws:s3:::another-bucket/any',
  's3:PutObject': 'arn:aws:s3:::another-bucket/any',
  'sns:Publish': 'arn:aws:sns:us-east-1:111122223333:another-topic',
  'dynamodb:GetItem': 'arn:aws:dynamodb:us-east-1:111122223333:table/another-table',
  'sqs:SendMessage': 'arn:aws:sqs:us-east-1:111122223333:another-queue',
  'lambda:InvokeFunction': 'arn:aws:lambda:us-east-1:111122223333:function:another-function',
  'secretsmanager:GetSecretValue': 'arn:aws:secretsmanager:us-east-1:111122223333:secret:another',
  'ssm:GetParameter': 'arn:aws:ssm:us-east-1:111122223333:parameter/another',
  'kms:Decrypt': 'arn:aws:kms:us-east-1:111122223333:key/another',
  'sts:AssumeRole': 'arn:aws:iam::111122223333:role/another',
  'iam:CreateUser': 'arn:aws:iam::111122223333:user/another',
} as const;

/** A construct's path below its application. */
function placeIn(path: string): string {
  return path
    .split('/')
    .slice(1)
    .join('/')
    .replace(/\/Resource$/, '');
}
