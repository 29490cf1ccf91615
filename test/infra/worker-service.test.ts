import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { SubnetType, Vpc, type IVpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { LanewayApplication, WorkerService, type WorkerServiceProps } from 'laneway/cdk';
import { command, type Priority } from 'laneway/message';
import { defineTopology, type Topology } from 'laneway/topology';
import * as z from 'zod';
import { depot } from '../kit/applications/fixture-topology.js';
import { parcels } from '../kit/applications/parcel-topology.js';
import { folderOfAgents, unbundledApp } from '../kit/stands/synthesized-application.js';

const SUBNETS = ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'];
const AGENTS = folderOfAgents('clerk', 'packer/worker', 'weigher/worker');

function network(stack: Stack): IVpc {
  return Vpc.fromVpcAttributes(stack, 'Network', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['eu-central-1a', 'eu-central-1b'],
    privateSubnetIds: SUBNETS,
  });
}

interface Made {
  readonly app: App;
  readonly template: Template;
  readonly service: WorkerService;
}

function serviceOf(
  props: Partial<WorkerServiceProps> = {},
  given: { app?: App; topology?: Pick<Topology, 'name' | 'model'>; agents?: string } = {},
): Made {
  const { app = unbundledApp(), topology = depot, agents = AGENTS } = given;
  const application = new LanewayApplication(app, 'Test', { topology, agents });
  const stack = new Stack(app, 'Own');
  const service = new WorkerService(stack, 'Workers', {
    application,
    agents: ['packer', 'weigher'],
    ...(props.cluster ? {} : { vpc: network(stack) }),
    ...props,
  });
  return { app, template: Template.fromStack(stack), service };
}

describe('a service of workers on Fargate', () => {
  const { template } = serviceOf();

  it('runs in private subnets, drains within the time that Fargate grants, and rolls back what does not get healthy', () => {
    template.hasResourceProperties('AWS::ECS::Service', {
      LaunchType: 'FARGATE',
      DesiredCount: 1,
      NetworkConfiguration: {
        AwsvpcConfiguration: { AssignPublicIp: 'DISABLED', Subnets: SUBNETS },
      },
      DeploymentConfiguration: {
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
        MinimumHealthyPercent: 100,
        MaximumPercent: 200,
      },
    });
    const [container] = containersOf(template);
    expect(container).toMatchObject({
      StopTimeout: 115,
      HealthCheck: { Command: ['CMD', 'node', 'healthy.mjs'], Interval: 30, Retries: 3 },
      LogConfiguration: { LogDriver: 'awslogs' },
    });
    expect(container).not.toHaveProperty('Environment');
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
    template.hasResourceProperties('AWS::EC2::SecurityGroup', { SecurityGroupIngress: Match.absent() });
  });

  it('gives its tasks the policies of its agents and nothing else', () => {
    const roles = Object.entries(template.findResources('AWS::IAM::Role')) as [string, { Properties: object }][];
    const [, role] = roles.find(([id]) => /TaskRole/.test(id) && !/Execution/.test(id)) ?? fail('no role of tasks');
    const { ManagedPolicyArns, Policies } = role.Properties as { ManagedPolicyArns: unknown[]; Policies?: unknown };
    expect(ManagedPolicyArns.map((arn) => /Worker(packer|weigher)Policy/.exec(JSON.stringify(arn))?.[1])).toEqual([
      'packer',
      'weigher',
    ]);
    expect(Policies).toBeUndefined();
    const attached = Object.values(template.findResources('AWS::IAM::Policy')) as { Properties: { Roles: unknown } }[];
    for (const { Properties } of attached) expect(JSON.stringify(Properties.Roles)).toMatch(/ExecutionRole/);
  });

  it('scales by what waits in all its lanes, how long it waits, and what is being handled', () => {
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', { MinCapacity: 1, MaxCapacity: 10 });
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(
      ({ Properties }) => Properties as AlarmProperties,
    );
    const watched = alarms.map(({ Metrics, Threshold, ComparisonOperator }) => [
      Metrics.find(({ Expression }) => Expression !== undefined)?.Expression,
      [...new Set(Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric.MetricName ?? []))].join(),
      ComparisonOperator,
      Threshold,
    ]);
    expect(watched).toHaveLength(3);
    expect(watched).toEqual(
      expect.arrayContaining([
        ['SUM([lane0, lane1, lane2])', 'ApproximateNumberOfMessagesVisible', 'GreaterThanOrEqualToThreshold', 80],
        ['MAX([lane0, lane1, lane2])', 'ApproximateAgeOfOldestMessage', 'GreaterThanOrEqualToThreshold', 60],
        ['SUM([lane0, lane1, lane2])', 'ApproximateNumberOfMessagesNotVisible', 'LessThanOrEqualToThreshold', 4],
      ]),
    );
    const names = alarms.flatMap(({ Metrics }) => Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []));
    expect(JSON.stringify(names)).toMatch(/Mailboxpacker[^]*Mailboxweigher/);
    const steps = Object.values(template.findResources('AWS::ApplicationAutoScaling::ScalingPolicy')).map(
      ({ Properties }) =>
        (Properties as PolicyProperties).StepScalingPolicyConfiguration.StepAdjustments.map(
          ({ ScalingAdjustment, MetricIntervalLowerBound }) => [MetricIntervalLowerBound ?? 'below', ScalingAdjustment],
        ),
    );
    expect(steps).toEqual(
      expect.arrayContaining([
        [
          [0, 1],
          [240, 2],
          [1200, 4],
        ],
        [
          [0, 1],
          [180, 2],
        ],
      ]),
    );
    const leaving = steps.find((step) => step.every(([, change]) => Number(change) < 0));
    expect(leaving?.map(([, change]) => change).sort()).toEqual([-1, -2]);
  });

  it('takes settings: tasks, thresholds, concurrency, drain, size, cluster', () => {
    const app = unbundledApp();
    const other = new Stack(app, 'Shared');
    const cluster = new Cluster(other, 'Cluster', { vpc: network(other) });
    const { template: own } = serviceOf(
      {
        cluster,
        scaling: { min: 2, max: 40, depth: 5, age: '10 minutes' },
        ...{ concurrency: 2, drain: '20 seconds', cpu: 1024, memory: 2048, assignPublicIp: true },
        vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      },
      { app },
    );
    own.resourceCountIs('AWS::ECS::Cluster', 0);
    own.hasResourceProperties('AWS::ECS::Service', { DesiredCount: 2 });
    own.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', { MinCapacity: 2, MaxCapacity: 40 });
    own.hasResourceProperties('AWS::ECS::TaskDefinition', { Cpu: '1024', Memory: '2048' });
    expect(containersOf(own)[0]).toMatchObject({ StopTimeout: 35 });
    for (const threshold of [5, 600]) own.hasResourceProperties('AWS::CloudWatch::Alarm', { Threshold: threshold });
  });

  it('makes nothing for a local engine, where workers are processes', () => {
    const { template: local, service } = serviceOf({}, { app: unbundledApp({ 'laneway:engine': 'ministack' }) });
    expect(local.toJSON()['Resources']).toBeUndefined();
    expect(service.service).toBeUndefined();
  });

  it('passes AwsSolutions', () => {
    const { app } = serviceOf();
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).not.toThrow();
  });
});

describe('a service of workers is refused', () => {
  it.each([
    [{ agents: [] }, /it has 0 agents[^]*1 to 10/],
    [{ agents: ['clerk'] }, /'clerk' runs on Lambda, not as a worker[^]*packer, weigher/],
    [{ agents: ['paker'] }, /no agent 'paker'[^]*did you mean 'packer'/],
    [{ concurrency: 0 }, /concurrency is 0[^]*whole number from 1/],
    [{ drain: '2 minutes' }, /drain is '2 minutes'[^]*up to 105 seconds/],
    [{ drain: 'soon' as '1 day' }, /'soon' is not a duration/],
    [{ scaling: { min: 0 } }, /scaling\.min is 0[^]*from 1/],
    [{ scaling: { min: 3, max: 2 } }, /scaling\.max is 2[^]*from 3/],
    [{ scaling: { depth: 0.5 } }, /scaling\.depth is 0\.5/],
    [{ scaling: { age: '1 millisecond' as const } }, /scaling\.age is '1 millisecond'[^]*from 1 second/],
  ] satisfies [Partial<WorkerServiceProps>, RegExp][])('%j', (props: Partial<WorkerServiceProps>, message) => {
    expect(() => serviceOf(props)).toThrow(message);
  });

  it('a service with neither a network nor a cluster, or with both', () => {
    const app = unbundledApp();
    const application = new LanewayApplication(app, 'Test', { topology: depot, agents: AGENTS });
    const stack = new Stack(app, 'Own');
    const agents = ['packer'];
    expect(() => new WorkerService(stack, 'A', { application, agents })).toThrow(/neither vpc nor cluster/);
    const vpc = network(stack);
    const cluster = new Cluster(stack, 'Cluster', { vpc });
    expect(() => new WorkerService(stack, 'B', { application, agents, vpc, cluster })).toThrow(/both vpc and cluster/);
  });

  it('an agent without worker.ts', () => {
    expect(() => serviceOf({}, { agents: folderOfAgents('clerk', 'packer/worker') })).toThrow(
      /'weigher' of fixture-depot has no worker[^]*add weigher\/worker\.ts/,
    );
  });

  it('more lanes than one alarm can watch', () => {
    const priorities: readonly Priority[] = ['critical', 'high', 'normal', 'low'];
    const names = ['a', 'b', 'c'] as const;
    const wide = defineTopology('wide', {
      channels: Object.fromEntries(
        names.map((name) => [name, { carries: [command(`Do${name}`, z.object({}))], qos: { priorities } }] as const),
      ),
      agents: Object.fromEntries(names.map((name) => [name, { runs: 'worker' as const, subscribes: [name as never] }])),
    });
    const agents = folderOfAgents('a/worker', 'b/worker', 'c/worker');
    expect(() => serviceOf({ agents: names }, { topology: wide, agents })).toThrow(/12 lanes[^]*1 to 10/);
  });
});

describe('the image of workers', () => {
  it('is one bundle without sources or packages, pinned, run by a user without rights, checked by its health port', () => {
    const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'laneway-image-')) });
    const application = new LanewayApplication(app, 'Parcels', {
      topology: parcels,
      topologyModule: './test/kit/applications/parcel-topology.ts',
      agents: './test/kit/applications/parcels',
      bind: { wrapper: { paper: 'brown' } },
    });
    const stack = new Stack(app, 'Own');
    new WorkerService(stack, 'Workers', { application, agents: ['wrapper'], vpc: network(stack) });
    app.synth();
    const { outdir } = app;
    const assets = readdirSync(outdir).filter((name) => existsSync(join(outdir, name, 'Dockerfile')));
    expect(assets).toHaveLength(1);
    const folder = join(outdir, assets[0] ?? '');
    expect(
      readdirSync(folder)
        .filter((name) => !name.endsWith('.map'))
        .sort(),
    ).toEqual(['Dockerfile', 'healthy.mjs', 'index.mjs']);
    const lines = readFileSync(join(folder, 'Dockerfile'), 'utf8').split('\n');
    expect(lines).toContain('USER node');
    expect(lines.find((line) => line.startsWith('ARG NODE_IMAGE='))).toMatch(/=node:\d+\.\d+\.\d+-[a-z]+-slim$/);
    expect(lines.some((line) => line.startsWith('HEALTHCHECK'))).toBe(true);
    expect(lines.some((line) => line.startsWith('RUN'))).toBe(false);
    // What the image runs, run here: it gets as far as looking for the deployment, at an address where nothing answers.
    const run = spawnSync(process.execPath, ['index.mjs'], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 60_000,
      env: {
        ...{ AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_REGION: 'eu-central-1', AWS_MAX_ATTEMPTS: '1' },
        ...{ AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none' },
      },
    });
    expect(run.stderr).toContain('ECONNREFUSED');
    expect(run.status).toBe(1);
    // Nothing listens on the health port of this machine, or something that is no worker; the check itself must load.
    expect(spawnSync(process.execPath, ['--check', 'healthy.mjs'], { cwd: folder }).status).toBe(0);
  });

  it('fails with what esbuild found', () => {
    const agents = folderOfAgents('clerk', 'packer/worker', 'weigher/worker');
    mkdirSync(join(agents, 'x'));
    writeFileSync(join(agents, 'packer', 'worker.ts'), "import './gone.js';\n");
    writeFileSync(join(agents, 'topology.ts'), 'export {};\n');
    const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'laneway-image-')) });
    app.node.setContext('aws:cdk:bundling-stacks', ['Own']);
    expect(() => serviceOf({}, { app, agents })).toThrow(/cannot be bundled[^]*gone\.js/);
  });
});

interface AlarmProperties {
  readonly Metrics: readonly {
    readonly Expression?: string;
    readonly MetricStat?: { readonly Metric: { readonly MetricName: string } };
  }[];
  readonly Threshold: number;
  readonly ComparisonOperator: string;
}

interface PolicyProperties {
  readonly StepScalingPolicyConfiguration: {
    readonly StepAdjustments: readonly {
      readonly MetricIntervalLowerBound?: number;
      readonly ScalingAdjustment: number;
    }[];
  };
}

function containersOf(template: Template): Record<string, unknown>[] {
  const [task] = Object.values(template.findResources('AWS::ECS::TaskDefinition'));
  return (task?.['Properties'] as { ContainerDefinitions: Record<string, unknown>[] }).ContainerDefinitions;
}

function fail(what: string): never {
  throw new Error(what);
}
