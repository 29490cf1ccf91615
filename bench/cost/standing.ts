import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { createAgent, type BoundAgent } from 'laneway/agent';
import { schedulesOf } from '../../functions/platform/declaration.js';
import { neededPlatformFunctions } from '../../functions/platform/declarations.js';
import { LanewayApplication } from '../../infra/application/index.js';
import { vehicles } from '../../functions/vehicle-maintenance/topology.js';
import { vehicleWorkflows } from '../../functions/vehicle-maintenance/workflows/vehicle-workflows.js';
import { resourcesOf, unbundledApp, type Resource } from '../../test/kit/stands/synthesized-application.js';
import { Meter, sumOf, type BillLine } from './meter.js';
import { MeteredWorld } from './metered-world.js';
import { ASSUMED } from './prices.js';

/** Cost of the reference application in which nothing happens. */
export interface StandingCost {
  readonly usdPerMonth: number;
  readonly usdPerHour: number;
  readonly parts: readonly BillLine[];
  /** Resources that cost by themselves, as the templates have them. */
  readonly resources: {
    readonly queues: number;
    readonly polled: number;
    readonly alarms: number;
    readonly keys: number;
  };
}

const workflows = vehicleWorkflows({ respondWithin: '1 hour', approveAbove: 1_500, decideWithin: '30 minutes' });
const HOURS = 2;
/** Minutes from one seal to the next. */
const SEAL_MINUTES = 5;

/** Metrics that are written while nothing happens: a heartbeat for each schedule, and the lags of the two sweeps. */
function metrics(): number {
  const application = { topology: vehicles.model, workflows: workflows.length, links: false };
  return neededPlatformFunctions(application).flatMap(schedulesOf).length + 2;
}

/** Measures an hour standing still, and prices a month of it. */
export async function standingCost(): Promise<StandingCost> {
  const world = new MeteredWorld({ topology: vehicles, agents: idleAgents(), workflows });
  await world.beginChain();
  // The first look tells of each agent that it is there.
  await world.watch();
  await world.harness.advance('1 minute');
  world.meter.clear();
  for (let hour = 0; hour < HOURS; hour += 1) {
    for (let minute = 0; minute < 60; minute += 1) {
      await world.harness.advance('1 minute');
      await world.watch();
      if (minute % SEAL_MINUTES === 0) await world.seal();
    }
  }
  const resources = templates();
  const counted = {
    queues: ofType(resources, 'AWS::SQS::Queue').length,
    polled: ofType(resources, 'AWS::Lambda::EventSourceMapping').filter(isOfQueue).length,
    alarms: ofType(resources, 'AWS::CloudWatch::Alarm').length,
    keys: ofType(resources, 'AWS::KMS::Key').length,
  };
  const { meter } = world;
  const hours = ASSUMED.monthHours;
  const polls = (counted.polled * ASSUMED.pollers * 3_600 * HOURS) / ASSUMED.pollSeconds;
  meter.add('queueCall', polls, 'polling');
  const fixed = new Meter();
  fixed.add('alarmMonth', counted.alarms, 'alarms');
  fixed.add('keyMonth', counted.keys, 'keys');
  fixed.add('metricMonth', metrics(), 'metrics');
  fixed.add('dashboardMonth', ofType(resources, 'AWS::CloudWatch::Dashboard').length, 'dashboards');
  const parts = [...meter.parts(HOURS, hours), ...fixed.parts(1, 1)].sort((one, other) => other.usd - one.usd);
  const usdPerMonth = sumOf(parts);
  return { usdPerMonth, usdPerHour: usdPerMonth / hours, parts, resources: counted };
}

/** The agents, with nothing to do. */
function idleAgents(): BoundAgent[] {
  const idle = { otherwise: () => undefined };
  return [
    createAgent(vehicles, 'customer-engagement').handle(idle).with({}),
    createAgent(vehicles, 'data-analysis').handle(idle).with({}),
    createAgent(vehicles, 'master-orchestrator').handle(idle).with({}),
    createAgent(vehicles, 'scheduling').handle(idle).with({}),
  ];
}

function templates(): Resource[] {
  const app = unbundledApp();
  const elsewhere = new Stack(app, 'Elsewhere');
  const handler = (agent: string) =>
    new Function(elsewhere, agent, {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromInline('exports.handler = async () => undefined;'),
    });
  const agents = Object.fromEntries(Object.keys(vehicles.model.agents).map((agent) => [agent, handler(agent)]));
  const removalPolicy = RemovalPolicy.DESTROY;
  return resourcesOf(new LanewayApplication(app, 'Vehicles', { topology: vehicles, workflows, agents, removalPolicy }));
}

function ofType(resources: readonly Resource[], type: string): Resource[] {
  return resources.filter((one) => one.type === type);
}

/** True for the mapping of a queue; that of a stream costs nothing while nothing comes. */
function isOfQueue({ properties }: Resource): boolean {
  return properties['StartingPosition'] === undefined;
}
