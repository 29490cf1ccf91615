import { App, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { Duration } from 'laneway/message';
import { milliseconds } from '../shared/domain/duration.js';
import { vehicleMaintenance } from './applications/vehicle-maintenance.js';
import { engineContextKey } from './engines/engine.js';

/*
 * The CDK entry, and the only reader of context:
 *   laneway:engine            set by the deployer for a local engine; absent = AWS
 *   vehicles:sender           address that mails come from
 *   vehicles:respond-within   time a customer has for an answer, such as '24 hours'
 *   vehicles:alarm-topic      ARN of the topic that is told of alarms
 */
const app = new App();

function context(key: string): string | undefined {
  const value: unknown = app.node.tryGetContext(key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

const local = context(engineContextKey) !== undefined;
const respondWithin = (context('vehicles:respond-within') ?? '24 hours') as Duration;
milliseconds(respondWithin);
const alarmTopic = context('vehicles:alarm-topic');

vehicleMaintenance(app, 'Vehicles', {
  sender: context('vehicles:sender') ?? 'service@vehicles.example',
  respondWithin,
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
