import * as z from 'zod';
import { createAgent } from 'laneway/agent';
import { EmergencyDeclared, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import { laneKeysOf } from '../../../../../shared/topology/mailbox-names.js';
import { lanesOfAgent } from '../../../../../shared/topology/lanes-of.js';
import { routingRules } from '../../../../../shared/topology/rules.js';

const Note = event('Note', z.object({}));

const define = (emergency: boolean, qos = {}, publishes = [Note] as (typeof Note)[]) =>
  defineTopology('hut', {
    emergency,
    channels: { notes: { carries: [Note], qos } },
    agents: { clerk: { subscribes: ['notes'] } },
    clients: { desk: { publishes } },
  });

test('each agent gets one lane more, which no rule of the bus leads to', () => {
  const { model } = define(true);
  expect(lanesOfAgent(model, 'clerk')).toEqual({ bus: ['high', 'normal'], direct: ['critical'] });
  expect(laneKeysOf(model, 'clerk')).toEqual(['high', 'normal', 'direct-critical']);
  expect(model.agents['clerk']?.lanes).toEqual(['high', 'normal']);
  expect(routingRules(model)).toEqual(routingRules(define(false).model));
  expect(model.channels['system.emergency']).toMatchObject({ system: true, subscribers: ['clerk'] });
});

test('a topology without has nothing of it', () => {
  const { model } = define(false);
  expect([model.channels['system.emergency'], model.types['EmergencyDeclared']]).toEqual([undefined, undefined]);
  expect(model.agents['clerk']?.subscribes).toEqual(['notes']);
});

test('an agent needs no handler for it, and has none among those of its types', () => {
  const topology = define(true);
  expect(createAgent(topology, 'clerk').handle({ Note: () => undefined }).onEmergency).toBeUndefined();
  expect(() =>
    createAgent(topology, 'clerk').handle({ Note: () => undefined, EmergencyDeclared: () => undefined } as never),
  ).toThrow(/handles EmergencyDeclared, which it does not hear/);
});

test('nothing else comes by that lane, and nobody is declared to publish it', () => {
  const qos = { delivery: 'direct', priorities: ['critical'] };
  expect(() => define(true, qos)).toThrow(/channel 'notes' is direct and uses the priority critical/);
  expect(define(false, qos).model.name).toBe('hut');
  expect(() => define(true, {}, [EmergencyDeclared as never])).toThrow(
    /'desk' publishes EmergencyDeclared\n.*operators alone/,
  );
});
