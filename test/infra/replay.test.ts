import * as z from 'zod';
import { event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import { defineWorkflow } from 'laneway/workflow';
import { ErrandWanted, errands } from '../kit/applications/errand-topology.js';
import { shop } from '../kit/applications/fixture-topology.js';
import { applicationOf, resourcesOf } from '../kit/stands/synthesized-application.js';

const Told = event('Told', z.object({}));

function retaining(days: number) {
  return defineTopology('retaining', {
    channels: { told: { carries: [Told], qos: { retainPayloads: `${days} days` } } },
    agents: { reader: { subscribes: ['told'] } },
  });
}

test('the bus keeps an archive when the application asks for one, of whole days', () => {
  const archives = (busArchive?: '30 days') =>
    resourcesOf(applicationOf(shop, busArchive === undefined ? {} : { busArchive })).filter(
      ({ type }) => type === 'AWS::Events::Archive',
    );
  expect(archives()).toEqual([]);
  expect(archives('30 days')).toMatchObject([
    {
      properties: {
        RetentionDays: 30,
        // Links of approvals decide, so that no archive holds them.
        EventPattern: { 'detail-type': [{ 'anything-but': ['ApprovalRequested'] }] },
      },
    },
  ]);
  expect(() => applicationOf(shop, { busArchive: '90 minutes' })).toThrow(/whole days/);
});

test('payloads are kept as long as some channel retains them, and 30 days at least', () => {
  const expiry = (days: number): unknown[] =>
    resourcesOf(applicationOf(retaining(days)))
      .filter(({ type, id }) => type === 'AWS::S3::Bucket' && id.startsWith('Payloads'))
      .map(({ properties }) => properties['LifecycleConfiguration']);
  for (const [days, kept] of [
    [7, 30],
    [90, 91],
  ] as const)
    expect(JSON.stringify(expiry(days))).toContain(`"ExpirationInDays":${kept}`);
  expect(() => retaining(401)).toThrow(/at most 400 days/);
});

test('payloads outlive the longest execution, which may keep parts of replies by reference', () => {
  const workflow = (deadline: '2 days' | '100 days') =>
    defineWorkflow(errands, 'long', { startedBy: ErrandWanted, deadline }, (flow) => flow.wait('long', '1 day'));
  const kept = (...deadlines: ('2 days' | '100 days')[]) =>
    resourcesOf(applicationOf(errands, { workflows: deadlines.map(workflow) }))
      .filter(({ type, id }) => type === 'AWS::S3::Bucket' && id.startsWith('Payloads'))
      .map(({ properties }) => properties['LifecycleConfiguration']);
  expect(JSON.stringify(kept('2 days'))).toContain('"ExpirationInDays":30');
  // Until its end, and three weeks in which it can be retried.
  expect(JSON.stringify(kept('100 days'))).toContain('"ExpirationInDays":122');
});

test('the sweeper runs every five minutes, and deep once a day', () => {
  const rules = resourcesOf(applicationOf(shop)).filter(({ properties }) => 'ScheduleExpression' in properties);
  const called = rules
    .filter(({ id }) => id.includes('Sweep'))
    .map(({ properties }) => [
      properties['ScheduleExpression'],
      (properties['Targets'] as { Input?: string }[])[0]?.Input,
    ]);
  expect(called).toEqual([
    ['rate(5 minutes)', undefined],
    ['rate(1 day)', '{"deep":true}'],
  ]);
});
