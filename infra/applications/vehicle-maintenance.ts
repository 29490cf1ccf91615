import { type RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, Billing, TableEncryptionV2, TableV2, type ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Policy, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { EmailIdentity, Identity } from 'aws-cdk-lib/aws-ses';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { LanewayApplication } from 'laneway/cdk';
import type { Duration } from 'laneway/message';
import type { Construct } from 'constructs';
import { acknowledge } from '../constructs/acknowledge.js';
import { vehicles } from '../../functions/vehicle-maintenance/topology.js';
import { maintenance } from '../../functions/vehicle-maintenance/workflows/maintenance.js';

/** What differs between a deployment and the next. */
export interface VehicleMaintenanceOptions {
  /** Address that mails to customers come from. */
  readonly sender: string;
  /** How long a customer has for an answer. */
  readonly respondWithin: Duration;
  readonly removalPolicy: RemovalPolicy;
  /** ARN of the SNS topic that is told of alarms. @default nobody is told */
  readonly alarmTopic?: string;
}

/** The agents' own tables, by agent and the name under which they are bound. */
const TABLES = {
  'data-analysis': ['history'],
  'customer-engagement': ['outreach'],
  scheduling: ['slots'],
  'master-orchestrator': ['cases', 'feedback'],
} as const;

/** The reference application: vehicle predictive maintenance. Its agents' own tables are in the stack `<id>Data`. */
export function vehicleMaintenance(
  scope: Construct,
  id: string,
  options: VehicleMaintenanceOptions,
): LanewayApplication {
  const data = new Stack(scope, `${id}Data`, { description: 'Vehicle maintenance: tables and sender of its agents' });
  const tables = Object.fromEntries(
    Object.entries(TABLES).map(([agent, names]) => [
      agent,
      Object.fromEntries(names.map((name) => [name, table(data, `${agent}-${name}`, options.removalPolicy)])),
    ]),
  );
  const identity = new EmailIdentity(data, 'Sender', { identity: Identity.email(options.sender) });
  const application = new LanewayApplication(scope, id, {
    topology: vehicles,
    workflows: [maintenance({ respondWithin: options.respondWithin })],
    agents: './functions/vehicle-maintenance',
    bind: {
      ...tables,
      'customer-engagement': { ...tables['customer-engagement'], sender: options.sender },
    },
    removalPolicy: options.removalPolicy,
    ...(options.alarmTopic === undefined
      ? {}
      : { alarmTopic: Topic.fromTopicArn(data, 'AlarmTopic', options.alarmTopic) }),
  });
  allowNotices(application, identity.emailIdentityArn);
  return application;
}

function table(scope: Construct, id: string, removalPolicy: RemovalPolicy): ITableV2 {
  return new TableV2(scope, id, {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    timeToLiveAttribute: 'ttl',
    billing: Billing.onDemand(),
    encryption: TableEncryptionV2.dynamoOwnedKey(),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    removalPolicy,
  }) as ITableV2;
}

function allowNotices(application: LanewayApplication, identityArn: string): void {
  const { grantPrincipal } = application.agent('customer-engagement').function;
  grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions: ['ses:SendEmail'], resources: [identityArn] }));
  // A phone number is no resource, so that text messages can only be allowed on *.
  const texts = new Policy(application.stacks.agents, 'TextMessages', {
    statements: [new PolicyStatement({ actions: ['sns:Publish'], resources: ['*'] })],
    roles: [grantPrincipal as Role],
  });
  acknowledge(
    texts,
    'AwsSolutions-IAM5[Resource::*]',
    'A phone number is no resource: a text message can only be allowed on *.',
  );
}
