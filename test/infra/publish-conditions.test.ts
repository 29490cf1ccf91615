import fc from 'fast-check';
import { event } from 'laneway/message';
import { defineTopology, type Topology } from 'laneway/topology';
import * as z from 'zod';
import { vehicles } from '../../functions/vehicle-maintenance/topology.js';
import { mayPublish } from '../../shared/agent/receive/decode-copy.js';
import { OPERATOR, sourceOf } from '../../shared/domain/wire/envelope.js';
import { MessageAcknowledged } from '../../shared/message/system-messages.js';
import { shop } from '../kit/applications/fixture-topology.js';
import { parcels } from '../kit/applications/parcel-topology.js';
import { arbitraryTopology } from '../kit/generators/arbitrary-topology.js';
import { typedKeys } from '../kit/oracles/iam/key-types.js';
import { evaluatePolicies } from '../kit/oracles/iam/policy-evaluator.js';
import { applicationOf, folderOfAgents, lambdaAgents } from '../kit/stands/synthesized-application.js';
import { ResolvedPolicies, type Identity } from '../kit/oracles/iam/resolved-policies.js';

// No local engine knows the condition keys of PutEvents, so that what AWS would decide is decided here, on the policies
// of the stacks. Both keys are arrays: they hold the values of all entries of a call.

/** Random topologies; 200 are tried by hand: `LANEWAY_TOPOLOGIES=200`. */
const TOPOLOGIES = Number(process.env['LANEWAY_TOPOLOGIES'] ?? 12);

interface Publisher {
  readonly kind: 'agent' | 'client';
  readonly name: string;
}

interface Call {
  readonly sources?: readonly string[];
  readonly types?: readonly string[];
}

/** True when an identity may make the call; its keys are of the types that AWS gives them. */
async function may({ statements, principal }: Identity, { sources, types }: Call): Promise<boolean> {
  const [put] = statements.filter(({ Action, Effect }) => Action === 'events:PutEvents' && Effect === 'Allow');
  const keys = await typedKeys({
    ...(sources ? { 'events:source': sources } : {}),
    ...(types ? { 'events:detail-type': types } : {}),
  });
  const resource = String(put?.Resource ?? 'arn:aws:events:us-east-1:111122223333:event-bus/none');
  return (
    evaluatePolicies({ identity: statements }, { action: 'events:PutEvents', resource, principal, keys }) === 'allow'
  );
}

function policiesOf(topology: Topology): ResolvedPolicies {
  return new ResolvedPolicies(applicationOf(topology, { agents: folderOfAgents(...lambdaAgents(topology)) }));
}

function publishersOf({ model }: Topology): Publisher[] {
  return [
    ...Object.keys(model.agents).map((name) => ({ kind: 'agent', name }) as const),
    ...Object.keys(model.clients).map((name) => ({ kind: 'client', name }) as const),
  ];
}

function identityOf({ model }: Topology, policies: ResolvedPolicies, { kind, name }: Publisher): Identity {
  if (kind === 'client') return policies.identity(`/Client-${name}/Policy/Resource`);
  return model.agents[name]?.runs === 'worker'
    ? policies.identity(`/Worker-${name}/Policy/Resource`)
    : policies.identity(`/Agent-${name}/FunctionRole/Resource`);
}

/** Types that the topology lets a publisher publish, acknowledgements included. */
function declaredOf({ model }: Topology, { kind, name }: Publisher): string[] {
  const own = sourceOf(model.name, kind, name);
  const acknowledges = model.agents[name]?.subscribes.some((one) => model.channels[one]?.qos.acks === 'message');
  return Object.keys(model.types).filter(
    (type) =>
      mayPublish(model, own, type) || (type === MessageAcknowledged.name && kind === 'agent' && acknowledges === true),
  );
}

/** Every source of the topology, and some of nobody here. */
function sourcesOf(topology: Topology): string[] {
  const { name } = topology.model;
  return [
    ...publishersOf(topology).map(({ kind, name: publisher }) => sourceOf(name, kind, publisher)),
    ...['replies', 'starter', 'sweeper', OPERATOR].map((one) => sourceOf(name, 'platform', one)),
    sourceOf('another-application', 'agent', 'clerk'),
    'aws.s3',
  ];
}

/** Calls with one foreign part: alone, beside an own one, or without the key. None of them may be allowed. */
function* foreignCalls(topology: Topology, publisher: Publisher): Generator<Call> {
  const own = sourceOf(topology.model.name, publisher.kind, publisher.name);
  const declared = declaredOf(topology, publisher);
  const [type = 'Undeclared'] = declared;
  for (const source of sourcesOf(topology).filter((one) => one !== own)) {
    yield { sources: [source], types: [type] };
    yield { sources: [own, source], types: [type] };
  }
  for (const other of [...Object.keys(topology.model.types), 'Undeclared'].filter((one) => !declared.includes(one))) {
    yield { sources: [own], types: [other] };
    yield { sources: [own], types: [type, other] };
  }
  yield { sources: [own] };
  yield { types: [type] };
  yield {};
}

/** Calls that go beyond what the topology says and are allowed, and those within that are not. */
async function wrongIn(topology: Topology): Promise<unknown[]> {
  const policies = policiesOf(topology);
  const wrong: unknown[] = [];
  for (const publisher of publishersOf(topology)) {
    const identity = identityOf(topology, policies, publisher);
    const own = sourceOf(topology.model.name, publisher.kind, publisher.name);
    for (const call of foreignCalls(topology, publisher)) if (await may(identity, call)) wrong.push([own, call]);
    const types = declaredOf(topology, publisher);
    for (const call of types.map((type) => ({ sources: [own], types: [type] })))
      if (!(await may(identity, call))) wrong.push([own, call, 'refused']);
    if (types.length > 1 && !(await may(identity, { sources: [own], types }))) wrong.push([own, 'all', 'refused']);
  }
  return wrong;
}

describe('a role publishes its own types under its own source only, whatever else a call holds', () => {
  it.each([
    ['the shop', shop],
    ['the parcels', parcels],
    ['the vehicles', vehicles],
  ])('in %s', async (_, topology: Topology) => {
    expect(publishersOf(topology).length).toBeGreaterThan(2);
    expect(await wrongIn(topology)).toEqual([]);
  });

  it('in random topologies', async () => {
    for (const topology of fc.sample(arbitraryTopology(4, 1, 2), TOPOLOGIES))
      expect(await wrongIn(topology)).toEqual([]);
  }, 1_200_000);
});

it('the policies of several workers in one role add up, each for calls of its own', async () => {
  const worker = { subscribes: ['parcels'], runs: 'worker' } as const;
  const pair = defineTopology('pair', {
    channels: { parcels: { carries: [event('ParcelArrived', z.object({}))], qos: { acks: 'message' } } },
    agents: { packer: worker, weigher: worker },
  });
  const policies = policiesOf(pair);
  const workers = ['packer', 'weigher'].map((name) => identityOf(pair, policies, { kind: 'agent', name }));
  const role: Identity = { path: '', principal: '', statements: workers.flatMap(({ statements }) => statements) };
  for (const name of ['packer', 'weigher']) {
    const [own, other] = [name, name === 'packer' ? 'weigher' : 'packer'].map((one) =>
      sourceOf(pair.name, 'agent', one),
    ) as [string, string];
    const types = declaredOf(pair, { kind: 'agent', name });
    expect(types.length).toBeGreaterThan(0);
    expect([name, await may(role, { sources: [own], types })]).toEqual([name, true]);
    expect([name, await may(role, { sources: [own, other], types })]).toEqual([name, false]);
  }
});

it('a platform function publishes the types that it sends, and no other of the system', async () => {
  const policies = new ResolvedPolicies(
    applicationOf(vehicles, { workflows: [], agents: folderOfAgents(...lambdaAgents(vehicles)) }),
  );
  const own = (name: string) => sourceOf(vehicles.name, 'platform', name);
  const identity = (name: string) => policies.identity(`/${name}Role/Resource`);
  const sends = (name: string, of: string, ...types: string[]) => may(identity(name), { sources: [own(of)], types });
  expect(await sends('DeadLetters', 'dead-letters', 'ErrorReported', 'RequestFailed')).toBe(true);
  expect(await sends('DeadLetters', 'dead-letters', 'ErrorReported', 'ApprovalDecided')).toBe(false);
  expect(await sends('DeadLetters', 'dead-letters', 'ScheduleService')).toBe(false);
  expect(await sends('Replies', 'replies', 'ScheduleService', 'RequestTimedOut')).toBe(true);
  expect(await sends('Replies', 'replies', 'ApprovalDecided')).toBe(false);
  expect(await sends('Replies', 'replies', 'ScheduleService', 'WorkflowRequested')).toBe(false);
  expect(await sends('Replies', 'deadlines', 'RequestTimedOut')).toBe(false);
  expect(await sends('Deadlines', 'deadlines', 'ApprovalDecided')).toBe(true);
  expect(await may(identity('Replies'), { types: ['RequestTimedOut'] })).toBe(false);
  expect(await may(identity('Replies'), { sources: [own('replies')] })).toBe(false);
});

// Outcomes whose messages wait are sent by the sweeper, under the source of the agent whose outcome holds them.
it('the sweeper publishes as everybody whose messages are stored, agents among them, and as no stranger', async () => {
  const sweeper = policiesOf(shop).identity('/SweeperRole/Resource');
  const types = Object.keys(shop.model.types);
  const refused: string[] = [];
  for (const { kind, name } of publishersOf(shop)) {
    const source = sourceOf(shop.model.name, kind, name);
    if (!(await may(sweeper, { sources: [source], types }))) refused.push(source);
  }
  expect(refused).toEqual([]);
  const stranger = sourceOf('another-application', 'agent', 'clerk');
  expect(await may(sweeper, { sources: [stranger], types })).toBe(false);
});
