import fc from 'fast-check';
import * as z from 'zod';
import { event } from 'laneway/message';
import { defineTopology, type ChannelModel, type TopologyModel } from 'laneway/topology';
import { ruleMatcher } from '../../../../shared/domain/wire/event-pattern.js';
import { lanesOfAgent } from '../../../../shared/topology/lanes-of.js';
import { laneFor, PRIORITIES } from '../../../../shared/domain/base/priority.js';
import { busChannels, MAX_PATTERN, routingRules, type RoutingRule } from '../../../../shared/topology/rules.js';
import { arbitraryTopology } from '../../../kit/generators/arbitrary-topology.js';

/** Agents and as many channels, each agent on one: few enough rules for a bus. */
function wide(size: number): TopologyModel {
  const numbers = Array.from({ length: size }, (_, index) => index);
  const types = numbers.map((index) => event(`Happened${index}`, z.object({})));
  const channels = Object.fromEntries(
    types.map((type, index) => [`c${index}`, { carries: [type] as const, qos: { priorities: ['normal'] as const } }]),
  );
  const agents = Object.fromEntries(numbers.map((index) => [`a${index}`, { subscribes: [`c${index}`] }]));
  const clients = { all: { publishes: types } };
  return defineTopology('wide', { channels, agents, clients }).model;
}

/** Counts how often a property of a channel or of its QoS is read while the rules are made. */
function readsOf(model: TopologyModel): number {
  let reads = 0;
  const counted = <Of extends object>(of: Of): Of =>
    new Proxy(of, {
      get(target, key) {
        reads++;
        return Reflect.get(target, key) as unknown;
      },
    });
  const channels = Object.fromEntries(
    Object.entries(model.channels).map(([name, channel]) => {
      const watched: ChannelModel = counted({ ...channel, qos: counted({ ...channel.qos }) });
      return [name, watched];
    }),
  );
  routingRules({ ...model, channels }, ['Happened1', 'Happened2']);
  return reads;
}

/** Mailbox rules one agent at a time, each with the names that the pattern of its own has room for. */
function mailboxRulesOneByOne(model: TopologyModel): Pick<RoutingRule, 'name' | 'pattern'>[] {
  return Object.keys(model.agents).flatMap((id) =>
    PRIORITIES.flatMap((priority) => {
      if (laneFor(priority, lanesOfAgent(model, id).bus) === undefined) return [];
      const pattern = (channel: readonly string[]) => ({
        source: [{ prefix: 'laneway.' }],
        detail: { receiver: [id], priority: [priority], channel },
      });
      const parts: string[][] = [];
      for (const channel of busChannels(model).filter(({ qos }) => qos.priorities.includes(priority))) {
        const last = parts.at(-1);
        const fits = last && JSON.stringify(pattern([...last, channel.name])).length <= MAX_PATTERN;
        if (fits) last.push(channel.name);
        else parts.push([channel.name]);
      }
      return parts.map((part, index) => ({
        name: `mailbox-${id}-${priority}${index === 0 ? '' : `-${index + 1}`}`,
        pattern: pattern(part),
      }));
    }),
  );
}

function mailboxRules(model: TopologyModel): Pick<RoutingRule, 'name' | 'pattern'>[] {
  const rules = routingRules(model).filter(({ kind }) => kind === 'mailbox');
  return rules.map(({ name, pattern }) => ({ name, pattern }));
}

describe('the work for the rules of a bus', () => {
  it('grows with agents plus channels, not with their product', () => {
    const [small, large] = [readsOf(wide(30)), readsOf(wide(120))];
    expect(small).toBeGreaterThan(30);
    expect(large).toBeLessThan(4.2 * small);
  });

  it('looks once at a list that patterns share, however many rules have it', () => {
    let reads = 0;
    const list = new Proxy(['c0', 'c1', 'c2'], {
      get: (target, key) => {
        if (key === '0') reads++;
        return Reflect.get(target, key) as unknown;
      },
    });
    const rules = Array.from({ length: 50 }, (_, index) => ({ pattern: { receiver: [`a${index}`], channel: list } }));
    const matching = ruleMatcher(rules);
    expect(reads).toBe(1);
    expect(matching({ receiver: 'a7', channel: 'c2' })).toEqual([rules[7]]);
    expect(() => ruleMatcher([{ pattern: { channel: [[]] } }])).toThrow(/a list within a list/);
  });

  it('leaves the mailbox rules that each agent would have by itself, in the same order', () => {
    fc.assert(
      fc.property(arbitraryTopology(), ({ model }) => {
        expect(mailboxRules(model)).toEqual(mailboxRulesOneByOne(model));
      }),
      { numRuns: 200 },
    );
  });

  it('splits the channels by the room that ids of each length leave', () => {
    const carries = [event('Happened', z.object({}))] as const;
    const names = Array.from(
      { length: 31 },
      (_, index) => `${'channel-'.repeat(6).slice(1)}${String(index).padStart(2, '0')}`,
    );
    const channels = Object.fromEntries(
      names.map((name, index) => [name, { carries, default: index === 0, qos: { priorities: ['normal'] as const } }]),
    );
    const subscribes = [names[0] ?? ''];
    const [short, other, long] = ['a', 'b', 'much-longer'.repeat(4)];
    const agents = { [short]: { subscribes }, [other]: { subscribes }, [long]: { subscribes } };
    const { model } = defineTopology('split', { channels, agents });
    const rules = mailboxRules(model);
    expect(rules).toEqual(mailboxRulesOneByOne(model));
    const firstPart = (id: string) => {
      const rule = rules.find(({ name }) => name === `mailbox-${id}-normal`);
      return (rule?.pattern['detail'] as { readonly channel: readonly string[] }).channel.length;
    };
    expect(firstPart(other)).toBe(firstPart(short));
    expect(firstPart(long)).toBeLessThan(firstPart(short));
  });
});
