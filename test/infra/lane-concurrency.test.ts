import { Stack } from 'aws-cdk-lib';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { LANE_CONCURRENCY, type AgentOverrides, type LanewayApplication } from 'laneway/cdk';
import { shop } from '../kit/applications/fixture-topology.js';
import { applicationOf, idIn, resourcesOf } from '../kit/stands/synthesized-application.js';

/** Caps of the mappings of an agent's lanes, by priority; `null` = none. */
function capsOf(agent: string, overrides?: AgentOverrides): Readonly<Record<string, unknown>> {
  return capsIn(applicationOf(shop, { functions: overrides === undefined ? {} : { [agent]: overrides } }), agent);
}

function capsIn(application: LanewayApplication, agent: string): Readonly<Record<string, unknown>> {
  const resources = resourcesOf(application);
  // The functions are made elsewhere, and their mappings stand in their stack.
  const mappings = application.node.root.node.findAll().filter((node) => node instanceof CfnEventSourceMapping);
  return Object.fromEntries(
    Object.entries(application.mailbox(agent).lanes).map(([priority, lane]) => {
      const { stack } = lane.queue;
      const id = stack.getLogicalId(lane.queue.node.defaultChild as never);
      const [mapping] = mappings.filter((one) => idIn(Stack.of(one).resolve(one.eventSourceArn), resources) === id);
      expect(mapping).toBeDefined();
      const scaling = mapping?.scalingConfig as { readonly maximumConcurrency?: number } | undefined;
      return [priority, scaling?.maximumConcurrency ?? null];
    }),
  );
}

/** Of the warehouse without settings. */
const usual = capsOf('warehouse');

test('lanes below the highest are capped', () => {
  expect(usual).toMatchObject({ critical: null, normal: LANE_CONCURRENCY.normal });
});

test('an application sets the cap of a lane, and the others keep theirs', () => {
  expect(capsOf('warehouse', { laneConcurrency: { normal: 40 } })).toEqual({ ...usual, normal: 40 });
  expect(capsOf('warehouse', { laneConcurrency: { normal: 2 } })).toEqual({ ...usual, normal: 2 });
  expect(capsOf('warehouse', { laneConcurrency: { normal: undefined } })).toEqual({ ...usual, normal: null });
});

test.each([
  // A batch of 10 of messages that take 150 ms and 50 more: 50 a second each, and half as many again.
  [{ perSecond: 4_000, takes: '150 milliseconds' }, 120],
  [{ perSecond: 10_000, takes: '50 milliseconds' }, 150],
  [{ perSecond: 0.5, takes: '1 second' }, 2],
] as const)('the cap of a lane follows from its load: %j takes %i invocations', (load, invocations) => {
  expect(capsOf('warehouse', { laneLoad: { normal: load } })).toEqual({ ...usual, normal: invocations });
});

describe('agentConcurrency keeps the rest of the account for the platform', () => {
  const agents = Object.keys(shop.model.agents).filter((agent) => shop.model.agents[agent]?.runs !== 'worker');
  const together = (application: LanewayApplication, of = agents): number =>
    of.flatMap((agent) => Object.values(capsIn(application, agent))).reduce<number>((sum, cap) => sum + Number(cap), 0);

  test('all lanes of all agents together have no more, whatever floods them, and each has a part', () => {
    const application = applicationOf(shop, { agentConcurrency: 900 });
    for (const agent of agents) expect(Object.values(capsIn(application, agent))).not.toContain(null);
    expect(together(application)).toBeLessThanOrEqual(900);
    expect(together(application)).toBeGreaterThan(900 - agents.length);
  });

  test('a function with a reservation counts with that, and its highest lane stays without a cap', () => {
    const functions = { warehouse: { reservedConcurrency: 100 } };
    const application = applicationOf(shop, { agentConcurrency: 900, functions });
    expect(capsIn(application, 'warehouse')).toMatchObject({ critical: null });
    expect(
      together(
        application,
        agents.filter((agent) => agent !== 'warehouse'),
      ),
    ).toBeLessThanOrEqual(800);
  });

  test('functions of the platform have no part in it', () => {
    const application = applicationOf(shop, { agentConcurrency: 900 });
    const mappings = application.node.findAll().filter((node) => node instanceof CfnEventSourceMapping);
    const capped = mappings.filter((one) => one.scalingConfig !== undefined).map((one) => one.node.path);
    expect(capped.filter((path) => /Replies|Deadlines|Sweeper|DeadLetters|Ingress/.test(path))).toEqual([]);
  });

  test.each([
    [3, {}, /allowed: whole numbers from \d+/],
    [900.5, {}, /whole numbers/],
    [900, { warehouse: { laneConcurrency: { normal: undefined } } }, /a lower lane of 'warehouse' has no cap/],
  ] as const)('%d is refused with %j', (agentConcurrency, functions, told) => {
    expect(() => applicationOf(shop, { agentConcurrency, functions })).toThrow(told);
  });
});
