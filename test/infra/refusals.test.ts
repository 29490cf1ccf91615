import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CfnResource, Stack } from 'aws-cdk-lib';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { defineTopology } from 'laneway/topology';
import { findTopology } from '../../infra/constructs/find-topology.js';
import { ShelfCounted, shop, smallest } from '../support/fixture-topology.js';
import { applicationOf, unbundledApp } from '../support/synthesized-application.js';

function folderWith(...agents: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'laneway-agents-'));
  for (const agent of agents) {
    mkdirSync(join(folder, agent));
    writeFileSync(join(folder, agent, 'lambda.ts'), 'export const handler = async () => undefined;\n');
  }
  return folder;
}

describe('synth refuses', () => {
  it('an agent without a function', () => {
    expect(() => applicationOf(smallest, { agents: folderWith('reader') })).toThrow(
      /agent 'counter'.*has no function[^]*counter\/lambda\.ts/,
    );
  });

  it('a function without an agent, naming the likely one', () => {
    const agents = folderWith('reader', 'counter', 'raeder');
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
