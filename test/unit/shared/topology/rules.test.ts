import fc from 'fast-check';
import * as z from 'zod';
import { event } from 'laneway/message';
import { defineTopology, type TopologyModel } from 'laneway/topology';
import { laneFor, PRIORITIES, type Priority } from '../../../../shared/domain/base/priority.js';
import { MAX_PATTERN, MAX_TARGETS, routingRules, type RoutingRule } from '../../../../shared/topology/rules.js';
import { arbitraryTopology } from '../../../kit/generators/arbitrary-topology.js';
import { eventMatches } from '../../../kit/oracles/event-pattern.js';
import { shop } from '../../../kit/applications/fixture-topology.js';

interface Route {
  readonly channel?: unknown;
  readonly priority?: unknown;
  readonly receiver?: unknown;
}

function reached(rules: readonly RoutingRule[], route: Route, type = 'Anything', more: object = {}): string[] {
  const message = {
    source: 'laneway.random.agent.agent-0',
    'detail-type': type,
    detail: JSON.parse(JSON.stringify({ ...route, ...more })) as unknown,
  };
  return rules
    .filter((rule) => eventMatches(rule.pattern, message))
    .flatMap((rule) => rule.targets)
    .map((target) => (target.kind === 'lane' ? `${target.agent}/${target.priority}` : target.queue))
    .sort();
}

function expected(model: TopologyModel, route: Route): string[] {
  const channel = typeof route.channel === 'string' ? model.channels[route.channel] : undefined;
  const priority = channel?.qos.priorities.find((one) => one === route.priority);
  if (!channel || channel.qos.delivery !== 'bus' || !priority) return ['unroutable'];
  if (route.receiver === undefined) return channel.subscribers.map((id) => lane(model, id, priority)).sort();
  const receiver = typeof route.receiver === 'string' ? model.agents[route.receiver] : undefined;
  return receiver && busLanes(model, receiver.id).length > 0 ? [lane(model, receiver.id, priority)] : ['unroutable'];
}

/** Direct channels have lanes of their own, to which no rule leads. */
function busLanes({ agents, channels }: TopologyModel, id: string): Priority[] {
  const own = (agents[id]?.subscribes ?? []).flatMap((channel) => channels[channel]?.qos ?? []);
  return own.filter(({ delivery }) => delivery === 'bus').flatMap(({ priorities }) => priorities);
}

function lane(model: TopologyModel, id: string, priority: Priority): string {
  return `${id}/${laneFor(priority, busLanes(model, id)) ?? 'none'}`;
}

describe('routing rules', () => {
  it('lead every message to its lanes exactly once, or to the unroutable queue', () => {
    const odd = fc.constantFrom(undefined, null, 7, '', 'nobody', ['x']);
    fc.assert(
      fc.property(
        arbitraryTopology().chain((topology) =>
          fc.record({
            topology: fc.constant(topology),
            channel: fc.oneof(fc.constantFrom(...Object.keys(topology.model.channels)), odd),
            priority: fc.oneof(fc.constantFrom(...PRIORITIES), odd),
            receiver: fc.oneof(
              fc.constantFrom(...Object.keys(topology.model.agents)),
              fc.constantFrom(undefined, undefined, null, 'nobody', 7),
            ),
          }),
        ),
        ({ topology, channel, priority, receiver }) => {
          const route = { channel, priority, receiver };
          expect(reached(routingRules(topology.model), route)).toEqual(expected(topology.model, route));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('keep to the quotas of EventBridge', () => {
    fc.assert(
      fc.property(arbitraryTopology(14), (topology) => {
        const rules = routingRules(topology.model);
        expect(new Set(rules.map((rule) => rule.name)).size).toBe(rules.length);
        for (const rule of rules) {
          expect(rule.targets.length).toBeGreaterThan(0);
          expect(rule.targets.length).toBeLessThanOrEqual(MAX_TARGETS);
          expect(JSON.stringify(rule.pattern).length).toBeLessThanOrEqual(MAX_PATTERN);
        }
      }),
    );
  });

  it('leave foreign events alone, and take those of an ingress', () => {
    const rules = routingRules(shop.model);
    const foreign = (source: string) => ({ source, 'detail-type': 'Order', detail: { order: '1' } });
    const hit = (source: string) => rules.filter((rule) => eventMatches(rule.pattern, foreign(source)));
    expect(hit('com.example.other')).toEqual([]);
    expect(hit('com.example.market').map((rule) => rule.name)).toEqual(['ingress-marketplace']);
  });

  it('copy replies and failures of requests to the replies queue', () => {
    const rules = routingRules(shop.model);
    const result = { channel: 'stock.result', priority: 'normal' };
    expect(reached(rules, result, 'StockReserved', { requestid: 'r' })).toEqual(['clerk/normal', 'replies']);
    expect(reached(rules, result, 'StockReserved')).toEqual(['clerk/normal']);
    const failure = { channel: 'system.timeouts', priority: 'normal' };
    expect(reached(rules, failure, 'RequestFailed', { requestid: 'r' })).toEqual(['clerk/normal', 'replies']);
  });

  it('copy start messages to the starts queue, and refuse a start type that nothing carries', () => {
    const rules = routingRules(shop.model, ['OrderPlaced']);
    const placed = { channel: 'orders', priority: 'critical' };
    expect(reached(rules, placed, 'OrderPlaced')).toEqual(['clerk/critical', 'starts', 'warehouse/critical']);
    expect(reached(rules, { ...placed, receiver: 'clerk' }, 'OrderPlaced')).toEqual(['clerk/critical']);
    expect(() => routingRules(shop.model, ['Unknown'])).toThrow(/started by Unknown/);
  });

  it('refuse more than 300 rules', () => {
    const Ping = event('Ping', z.object({}));
    const channels = Object.fromEntries(
      Array.from({ length: 76 }, (_, index) => [
        `c${index}`,
        { carries: [Ping] as const, qos: { priorities: PRIORITIES }, default: index === 0 },
      ]),
    );
    const agents = { all: { subscribes: Object.keys(channels) } };
    expect(() => routingRules(defineTopology('wide', { channels, agents }).model)).toThrow(/rules on its bus[^]*300/);
  });

  it('refuse a pattern over 2,048 characters that cannot be split', () => {
    const Ping = event('Ping', z.object({}));
    const channels = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [
        `${'long'.repeat(14)}-${index}`,
        { carries: [Ping] as const, qos: { priorities: ['normal'] as const }, default: index === 0 },
      ]),
    );
    const agents = { all: { subscribes: Object.keys(channels) } };
    expect(() => routingRules(defineTopology('long', { channels, agents }).model)).toThrow(/characters[^]*2048/);
  });
});
