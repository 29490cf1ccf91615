import { event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import * as z from 'zod';
import { ENVIRONMENT } from '../../../shared/domain/base/environment.js';
import { applicationOf, folderOfAgents, resourcesOf, statementsOf } from '../../kit/stands/synthesized-application.js';

const Ordered = event('Ordered', z.object({ order: z.string() }));
const Seen = event('Seen', z.object({ thing: z.string() }));

/** An office whose limits are exact, or whose processes keep them for themselves. */
const officeOf = (exact: boolean) =>
  defineTopology('office', {
    channels: {
      orders: { carries: [Ordered], rateLimit: { perSecond: 10, exact } },
      sights: { carries: [Seen], rateLimit: { perSecond: 10, exact } },
    },
    agents: {
      clerk: { subscribes: ['orders'], pace: { perSecond: 5, exact } },
      guard: { subscribes: ['sights'] },
    },
    clients: { shop: { publishes: [Ordered], rateLimit: { perSecond: 1, exact } }, other: { publishes: [Seen] } },
    ingress: {
      camera: {
        ...{ pattern: { source: ['com.example.camera'] }, as: Seen, map: ({ detail }) => detail },
        rateLimit: { perSecond: 2, exact },
      },
    },
  });

const agents = folderOfAgents('clerk', 'guard');

/** Shared buckets that somebody may take from, by the first part of the ids of its policies. */
function buckets(resources: ReturnType<typeof resourcesOf>, who: RegExp): unknown[] {
  return statementsOf(resources, who)
    .filter((statement) => JSON.stringify(statement).includes('"rate.'))
    .flatMap(({ Action, Condition }) => {
      const keys = (Condition as { 'ForAllValues:StringEquals': Record<string, unknown> })['ForAllValues:StringEquals'];
      return [[Action, keys['dynamodb:LeadingKeys']]];
    });
}

const functionsWith = (resources: ReturnType<typeof resourcesOf>): string[] =>
  resources
    .filter(
      ({ type, properties }) =>
        type === 'AWS::Lambda::Function' && JSON.stringify(properties).includes(`"${ENVIRONMENT.registryTable}"`),
    )
    .map(({ id }) => id.replace(/Function[0-9A-F]*$/, ''));

test('each takes from the buckets of its own exact limits and of the channels that it publishes on, and from no other', () => {
  const resources = resourcesOf(applicationOf(officeOf(true), { agents }));
  const take = 'dynamodb:UpdateItem';
  expect(buckets(resources, /clerk/i)).toEqual([[take, ['rate.agent.clerk']]]);
  expect(buckets(resources, /guard/i)).toEqual([]);
  expect(buckets(resources, /Client.*shop|shop.*Client/i)).toEqual([
    [take, ['rate.client.shop', 'rate.channel.orders']],
  ]);
  expect(buckets(resources, /Client.*other|other.*Client/i)).toEqual([[take, ['rate.channel.sights']]]);
  expect(buckets(resources, /ingress/i)).toEqual([[take, ['rate.ingress.camera', 'rate.channel.sights']]]);
  expect(buckets(resources, /./)).toHaveLength(4);
});

test('without an exact limit nobody takes from any, and no function has another variable', () => {
  const [exact, own] = [true, false].map((one) => resourcesOf(applicationOf(officeOf(one), { agents })));
  expect(buckets(own ?? [], /./)).toEqual([]);
  expect(functionsWith(own ?? [])).toHaveLength(1);
  expect(functionsWith(exact ?? [])).toHaveLength(3);
});
