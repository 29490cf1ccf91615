import { NestedStack, Stack } from 'aws-cdk-lib';
import { CfnFunction, Code } from 'aws-cdk-lib/aws-lambda';
import { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import * as z from 'zod';
import { command } from 'laneway/message';
import { defineTopology, type Topology } from 'laneway/topology';
import { AgentFunction, Mailbox, type DeployableWorkflow } from 'laneway/cdk';
import { machineArns } from '../../shared/platform/workflows/deployed-workflows.js';
import { laneUrlsOf } from '../../shared/topology/mailbox-names.js';
import { applicationOf, unbundledApp } from '../kit/stands/synthesized-application.js';
import { smallest } from '../kit/applications/fixture-topology.js';

const Load = command('Load', z.object({ box: z.string() }));
const Start = command('Start', z.object({ box: z.string() }));

/** So many agents, into whose lanes one agent sends directly. */
function yard(agents: number): Topology {
  const porters = Array.from({ length: agents }, (_, index) => `porter-${String(index).padStart(2, '0')}`);
  const porter = { subscribes: ['dock'] };
  return defineTopology('yard', {
    channels: {
      dock: { carries: [Load], qos: { from: 'standard', delivery: 'direct' } },
      office: { carries: [Start] },
    },
    agents: {
      ...Object.fromEntries(porters.map((name) => [name, porter])),
      foreman: { subscribes: ['office'], publishes: [Load] },
    },
  } as never);
}

function workflowsOf(count: number): DeployableWorkflow[] {
  const asl = {
    ...{ Comment: '', QueryLanguage: 'JSONata' as const, TimeoutSeconds: 60, StartAt: 'Done' },
    States: { Done: { Type: 'Succeed' as const } },
  };
  return Array.from({ length: count }, (_, index) => {
    const name = `unload-the-container-${String(index).padStart(2, '0')}`;
    const step = { type: 'Load', workflow: name, step: 'Wait for the crane', correlates: 'box' };
    return { name, asl, startedBy: { name: 'Start' }, byHand: true, awaits: [step] } as unknown as DeployableWorkflow;
  });
}

/** Variables of the functions of an application, as they stand in the templates, by the function's place. */
function environments(agents: number, workflows: number): Record<string, Readonly<Record<string, string>>> {
  const application = applicationOf(yard(agents), { workflows: workflowsOf(workflows) });
  const functions = application.node.root.node.findAll().filter((node) => node instanceof CfnFunction);
  return Object.fromEntries(
    functions.map((fn) => {
      const { variables = {} } = Stack.of(fn).resolve(fn.environment) as { variables?: Record<string, unknown> };
      const texts = Object.entries(variables).map(([name, value]) => [name, JSON.stringify(value)]);
      return [fn.node.path, Object.fromEntries(texts) as Record<string, string>];
    }),
  );
}

describe('the environment of functions', () => {
  it('is the same for three agents and workflows as for sixty', () => {
    const [small, large] = [environments(3, 3), environments(60, 60)];
    expect(Object.keys(small).filter((path) => path.includes('Starter'))).toHaveLength(1);
    for (const [path, variables] of Object.entries(small))
      expect({ path, ...large[path] }).toEqual({ path, ...variables });
    expect(Object.keys(large).length - Object.keys(small).length).toBe(57);
  });

  it('leads a function to the queues and state machines that the templates make', () => {
    const topology = yard(3);
    const workflows = workflowsOf(3);
    const application = applicationOf(topology, { workflows });
    const nodes = application.node.root.node.findAll();
    const queueNames = nodes.flatMap((node) => (node instanceof CfnQueue ? (node.queueName ?? []) : []));
    const machineNames = nodes.flatMap((node) => (node instanceof CfnStateMachine ? [node.stateMachineName] : []));
    const starts = Object.fromEntries(workflows.map(({ name }) => [name, 'Start']));
    const naming = { prefix: application.stacks.orchestration?.stackName ?? '', place: '' };
    expect(Object.values(machineArns({ starts, awaited: [] }, naming))).toEqual(machineNames);
    expect(machineNames).toHaveLength(3);
    const like = 'https://sqs.eu-west-1.amazonaws.com/123456789012/any';
    const urls = laneUrlsOf(topology.model, { prefix: application.mailbox('porter-00').prefix, like });
    const found = Object.values(urls).flatMap((lanes) => Object.values(lanes));
    expect(found).toHaveLength(8);
    for (const url of found) expect(queueNames).toContain(url.slice(like.lastIndexOf('/') + 1));
    expect(new Set(queueNames).size).toBe(queueNames.length);
  });

  it('is refused with mailboxes of two stacks, whose queues do not share the beginning of their names', () => {
    const app = unbundledApp();
    const topology = yard(2).model;
    const { fabric } = applicationOf(smallest, {}, app);
    const [here, there] = [new Stack(app, 'Here'), new Stack(app, 'There')];
    const mailboxes = {
      'porter-00': new Mailbox(here, 'First', { topology, agent: 'porter-00' }),
      'porter-01': new Mailbox(there, 'Second', { topology, agent: 'porter-01' }),
    };
    const mailbox = new Mailbox(here, 'Own', { topology, agent: 'foreman' });
    const handler = Code.fromInline('exports.handler = async () => undefined;');
    expect(
      () => new AgentFunction(here, 'Foreman', { topology, agent: 'foreman', handler, fabric, mailbox, mailboxes }),
    ).toThrow(/mailboxes of 'foreman' and 'porter-01' are in two stacks[^]*into one stack/);
  });

  it('leads also to queues of a nested stack, whose own name is not known', () => {
    const parent = new Stack(unbundledApp(), 'Parent');
    const { model } = yard(1);
    const prefixes = ['One', 'Two'].map(
      (id) => new Mailbox(new NestedStack(parent, id), 'Mailbox', { topology: model, agent: 'porter-00' }).prefix,
    );
    expect(new Set(prefixes).size).toBe(2);
    for (const prefix of prefixes) expect(prefix).toMatch(/^Parent\w+$/);
  });

  it('is refused over 4,096 bytes, by function, bytes, limit and largest variables', () => {
    const app = unbundledApp();
    const application = applicationOf(smallest, { bind: { reader: { rules: 'r'.repeat(2_500) } } }, app);
    expect(() => app.synth()).not.toThrow();
    const again = unbundledApp();
    const full = applicationOf(smallest, { bind: { reader: { rules: 'r'.repeat(2_500) } } }, again);
    full.agent('reader').bind('more', 'm'.repeat(1_200));
    expect(() => again.synth()).toThrow(
      /agent 'reader' would have 4\d\d\d bytes[^]*allowed: 4096 \(Lambda\)[^]*largest: LANEWAY_BINDINGS with 37\d\d, [^]*bind fewer/,
    );
    expect(application.agent('reader')).toBeDefined();
  });

  it('counts bytes, and what JSON escapes', () => {
    for (const text of ['€'.repeat(1_200), '"'.repeat(1_000)]) {
      const app = unbundledApp();
      applicationOf(smallest, { bind: { reader: { text } } }, app);
      expect(() => app.synth()).toThrow(/agent 'reader' would have \d+ bytes/);
    }
  });
});
