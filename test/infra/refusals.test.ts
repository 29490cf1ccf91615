import { CfnResource, Duration, Stack } from 'aws-cdk-lib';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { defineTopology } from 'laneway/topology';
import { findTopology } from '../../infra/constructs/find-topology.js';
import { depot, ShelfCounted, shop, smallest } from '../kit/applications/fixture-topology.js';
import { applicationOf, folderOfAgents, unbundledApp } from '../kit/stands/synthesized-application.js';

const LOAD = { perSecond: 100, takes: '100 milliseconds' } as const;

describe('synth refuses', () => {
  it('an agent without a function', () => {
    expect(() => applicationOf(smallest, { agents: folderOfAgents('reader') })).toThrow(
      /agent 'counter'.*has no function[^]*counter\/lambda\.ts/,
    );
  });

  it('a folder with the entry of the other place only, and a function for a worker', () => {
    const agents = folderOfAgents('clerk', 'packer');
    expect(() => applicationOf(depot, { agents })).toThrow(
      /'packer' of fixture-depot runs as a worker, and its folder has lambda\.ts and no worker\.ts[^]*runs: 'worker' out/,
    );
    expect(() => applicationOf(depot, { agents: folderOfAgents('clerk/worker') })).toThrow(
      /'clerk' of fixture-depot runs on Lambda, and its folder has worker\.ts and no lambda\.ts[^]*add clerk\/lambda\.ts/,
    );
    const lost = folderOfAgents('clerk', 'paker/worker');
    expect(() => applicationOf(depot, { agents: lost })).toThrow(/agent 'paker'[^]*did you mean 'packer'/);
    const app = unbundledApp();
    const made = new Function(new Stack(app, 'Own'), 'Fn', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromInline('exports.handler = async () => undefined;'),
    });
    expect(() => applicationOf(depot, { agents: { clerk: made, packer: made } }, app)).toThrow(
      /'packer' runs as a worker, and has a function/,
    );
  });

  it('what only functions have, of a worker, and what only workers have, of a function', () => {
    expect(() => applicationOf(depot, { functions: { packer: { memorySize: 1024 } } })).toThrow(
      /'packer' runs as a worker and has no function[^]*functions/,
    );
    const application = applicationOf(depot);
    expect(() => application.agent('packer')).toThrow(/'packer' runs as a worker[^]*worker\('packer'\)/);
    expect(() => application.worker('clerk')).toThrow(/'clerk' runs on Lambda[^]*agent\('clerk'\)/);
    expect(() => application.worker('paker')).toThrow(/did you mean 'packer'/);
  });

  it('a function without an agent, naming the likely one', () => {
    const agents = folderOfAgents('reader', 'counter', 'raeder');
    expect(() => applicationOf(smallest, { agents })).toThrow(/'raeder'[^]*did you mean 'reader'/);
  });

  it('a folder that does not exist, and an entry that does not', () => {
    expect(() => applicationOf(smallest, { agents: './no/such/folder' })).toThrow(/does not exist/);
    const agents = { reader: './no/such/lambda.ts', counter: './no/such/lambda.ts' };
    expect(() => applicationOf(smallest, { agents })).toThrow(/'reader' .* has no function/);
  });

  it('bindings and overrides of an agent that does not exist', () => {
    expect(() => applicationOf(smallest, { bind: { raeder: {} } })).toThrow(/did you mean 'reader'/);
    expect(() => applicationOf(smallest, { functions: { nobody: {} } })).toThrow(/there is no agent 'nobody'/);
  });

  it.each([
    [
      'a lane that the agent has not',
      { low: 5 },
      /'warehouse': it has no lane 'low'[^]*lanes that take a cap: .*normal/,
    ],
    ['a cap of the highest lane', { critical: 5 }, /highest lane 'critical' is never capped, and was given 5/],
    ['less than SQS takes', { normal: 1 }, /lane 'normal' was given 1 invocations[^]*2 to 1000/],
    ['a part of an invocation', { normal: 2.5 }, /was given 2\.5 invocations/],
    ['more than SQS takes', { normal: 1001 }, /was given 1001 invocations/],
  ])('laneConcurrency with %s', (_what, laneConcurrency, why) => {
    expect(() => applicationOf(shop, { functions: { warehouse: { laneConcurrency } } })).toThrow(why);
  });

  it.each([
    ['a lane that the agent has not', { low: LOAD }, {}, /'warehouse': it has no lane 'low'[^]*take a load: .*normal/],
    ['the highest lane', { critical: LOAD }, {}, /highest lane 'critical' is never capped, and was given a load/],
    ['a cap besides', { normal: LOAD }, { normal: 20 }, /lane 'normal' was given a load and a cap/],
    ['no load', { normal: { ...LOAD, perSecond: 0 } }, {}, /a load of 0 messages a second[^]*more than 0/],
    ['a time beyond the handler', { normal: { ...LOAD, takes: '2 hours' } }, {}, /take 2 hours[^]*its handlerTimeout/],
    [
      'more than SQS takes',
      { normal: { perSecond: 50_000, takes: '150 milliseconds' } },
      {},
      /'warehouse', lane 'normal': 50000 messages a second that take 150 milliseconds take 1500 invocations in batches of 10[^]*1000 invocations, which is up to 33333 a second/,
    ],
  ] as const)('laneLoad with %s', (_what, laneLoad, laneConcurrency, why) => {
    expect(() => applicationOf(shop, { functions: { warehouse: { laneLoad, laneConcurrency } } })).toThrow(why);
  });

  it.each([
    [
      'longer than an alarm looks back',
      Duration.hours(167),
      /ledger\.sealEvery is 6 days 23 hours[^]*1 minute to 166 hours/,
    ],
    ['shorter than a rate of EventBridge', Duration.seconds(30), /sealEvery is 30 seconds[^]*whole minutes/],
    ['no whole minutes', Duration.seconds(90), /whole minutes/],
  ])('seals at an interval %s', (_what, sealEvery, why) => {
    expect(() => applicationOf(smallest, { ledger: { sealEvery } })).toThrow(why);
  });

  it('settings of a platform function that there is not, or that has them elsewhere', () => {
    const given = (platformFunctions: object) => applicationOf(smallest, { platformFunctions });
    expect(() => given({ sweepr: {} })).toThrow(/there is no 'sweepr'[^]*did you mean 'sweeper'/);
    expect(() => given({ 'approval-page': {} })).toThrow(/there is no 'approval-page'/);
    const platformFunctions = { dispatcher: { reservedConcurrency: 5 } };
    expect(() => applicationOf(shop, { dispatches: LOAD, platformFunctions })).toThrow(
      /a load and a reservedConcurrency/,
    );
  });

  it('a load of dispatches without workflows', () => {
    expect(() => applicationOf(shop, { dispatches: LOAD })).toThrow(/load of dispatches, and no workflow/);
  });

  it('a workflow that is started by a type which nothing carries', () => {
    const asl = { Comment: '', QueryLanguage: 'JSONata' as const, TimeoutSeconds: 1, StartAt: 'A', States: {} };
    const workflows = [{ name: 'w', asl, startedBy: { name: 'Unheard' } }];
    expect(() => applicationOf(shop, { workflows })).toThrow(/started by Unheard/);
  });

  it('a workflow that nobody starts', () => {
    const asl = { Comment: '', QueryLanguage: 'JSONata' as const, TimeoutSeconds: 1, StartAt: 'A', States: {} };
    const quiet = defineTopology('fixture-quiet', {
      channels: { 'shelf.counted': { carries: [ShelfCounted] } },
      agents: { reader: { subscribes: ['shelf.counted'] } },
    });
    const workflows = [{ name: 'w', asl, startedBy: ShelfCounted }];
    expect(() => applicationOf(quiet, { workflows })).toThrow(/nobody starts it[^]*workflow 'w'/);
  });

  it('more than 500 resources in a stack', () => {
    const app = unbundledApp();
    const application = applicationOf(smallest, {}, app);
    const { state } = application.stacks;
    for (let index = 0; index < 500; index += 1) new CfnResource(state, `R${index}`, { type: 'AWS::SNS::Topic' });
    expect(() => app.synth()).toThrow(/TestState would hold 5\d\d resources[^]*500/);
  });

  it('unknown names where something is looked up', () => {
    const application = applicationOf(shop);
    expect(() => application.mailbox('clark')).toThrow(/did you mean 'clerk'/);
    expect(() => application.client('web-shp')).toThrow(/did you mean 'web-shop'/);
    expect(application.mailbox('clerk').lanes.critical?.queue.queueArn).toBeDefined();
  });

  it('a topology module with no topology, or two', () => {
    expect(() => findTopology({ a: 1 })).toThrow(/exports 0 topologies/);
    expect(() => findTopology({ shop, smallest })).toThrow(/exports 2 topologies/);
    expect(findTopology({ shop, again: shop, other: 7 })).toBe(shop);
  });
});

describe('a function made elsewhere', () => {
  it('gets the environment contract and the event sources', () => {
    const app = unbundledApp();
    const make = (id: string) =>
      new Function(new Stack(app, id), 'Fn', {
        runtime: Runtime.NODEJS_24_X,
        handler: 'index.handler',
        code: Code.fromInline('exports.handler = async () => undefined;'),
      });
    const application = applicationOf(smallest, { agents: { reader: make('A'), counter: make('B') } }, app);
    expect(
      application
        .agent('reader')
        .function.node.findAll()
        .map((node) => node.node.id),
    ).toContain('Fn');
  });
});
