import { App, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { Duration } from 'laneway/message';
import { milliseconds } from '../shared/domain/base/duration.js';
import { LanewayError } from '../shared/domain/base/errors.js';
import { vehicleMaintenance } from './applications/vehicle-maintenance.js';
import { engineContextKey } from './engines/engine.js';

/*
 * The CDK entry, and the only reader of context:
 *   laneway:engine            set by the deployer for a local engine; absent = AWS
 *   vehicles:sender           address that mails come from
 *   vehicles:respond-within   time a customer has for an answer, such as '24 hours'
 *   vehicles:decide-within    time that people have to approve a cost, such as '4 hours'
 *   vehicles:approve-above    cost above which a repair has to be approved, such as 1500
 *   vehicles:service-desk     address of those who approve first
 *   vehicles:fleet-management address of those who approve when the service desk keeps silent
 *   vehicles:approval-links   'true': their mails have a link that decides
 *   vehicles:operators        ARNs of the roles of people who operate it, with commas between them
 *   vehicles:alarm-topic      ARN of the topic that is told of alarms
 */
const app = new App();

function context(key: string): string | undefined {
  const value: unknown = app.node.tryGetContext(key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

const local = context(engineContextKey) !== undefined;
const sender = context('vehicles:sender') ?? 'service@vehicles.example';
const respondWithin = (context('vehicles:respond-within') ?? '24 hours') as Duration;
const decideWithin = (context('vehicles:decide-within') ?? '4 hours') as Duration;
for (const duration of [respondWithin, decideWithin]) milliseconds(duration);
const limit = context('vehicles:approve-above');
if (limit !== undefined && !/^\d+(\.\d+)?$/.test(limit)) {
  throw new LanewayError('INVALID_OPTION', `vehicles:approve-above is '${limit}'`, {
    help: ['allowed: an amount in the currency of the price list, such as 1500'],
  });
}
const operators = context('vehicles:operators')?.split(',') ?? [];
const alarmTopic = context('vehicles:alarm-topic');

vehicleMaintenance(app, 'Vehicles', {
  sender,
  respondWithin,
  decideWithin,
  ...(limit === undefined ? {} : { approveAbove: Number(limit) }),
  approvers: {
    'service desk': context('vehicles:service-desk') ?? sender,
    'fleet management': context('vehicles:fleet-management') ?? sender,
  },
  approvalLinks: context('vehicles:approval-links') === 'true',
  operators,
  removalPolicy: local ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
  ...(alarmTopic === undefined ? {} : { alarmTopic }),
});

// CloudFormation's own checks take seconds, and a local engine has other rules.
if (local) process.env['CDK_VALIDATION'] ??= 'false';
else {
  const { AwsSolutionsChecks } = await import('cdk-nag');
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}

app.synth();
