import { type RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, Billing, TableEncryptionV2, TableV2, type ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EmailIdentity, Identity } from 'aws-cdk-lib/aws-ses';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { LanewayApplication } from 'laneway/cdk';
import type { Duration } from 'laneway/message';
import type { Construct } from 'constructs';
import { SAMPLE_PRICES, type PriceList } from '../../functions/vehicle-maintenance/price-list.js';
import { vehicles } from '../../functions/vehicle-maintenance/topology.js';
import { COST_APPROVERS } from '../../functions/vehicle-maintenance/workflows/maintenance.js';
import { vehicleWorkflows } from '../../functions/vehicle-maintenance/workflows/vehicle-workflows.js';

/** Names under which the workflow asks people for decisions: the service desk, then fleet management. */
type Approver = (typeof COST_APPROVERS)[keyof typeof COST_APPROVERS];

/** Settings of one deployment of the vehicle application. */
export interface VehicleMaintenanceOptions {
  /** Address that mails to customers come from. */
  readonly sender: string;
  /** Time that a customer has for an answer. */
  readonly respondWithin: Duration;
  /** Prices of repairs. @default an invented list in euros */
  readonly prices?: PriceList;
  /** Repairs that cost more are approved by people first; in the currency of the price list. @default 1500 */
  readonly approveAbove?: number;
  /** Time to decide for the service desk, and the same again for fleet management. @default '4 hours' */
  readonly decideWithin?: Duration;
  /** Mail addresses of those who decide. @default the sender's address, for both */
  readonly approvers?: Readonly<Record<Approver, string>>;
  /** Puts a link into the mails to those who decide. It costs a public page and a key of KMS. @default false */
  readonly approvalLinks?: boolean;
  /** ARNs of the roles of people who operate it: their commands publish. @default none */
  readonly operators?: readonly string[];
  readonly removalPolicy: RemovalPolicy;
  /** ARN of the SNS topic to which alarms report. @default none */
  readonly alarmTopic?: string;
}

/** The agents' own tables, by agent and the name under which they are bound. */
const TABLES = {
  'data-analysis': ['history'],
  'customer-engagement': ['outreach'],
  'master-orchestrator': ['cases', 'feedback'],
} as const;

/** The reference application: vehicle predictive maintenance. Its agents' own tables are in the stack `<id>Data`. */
export function vehicleMaintenance(
  scope: Construct,
  id: string,
  options: VehicleMaintenanceOptions,
): LanewayApplication {
  const { approveAbove = 1_500, decideWithin = '4 hours', prices = SAMPLE_PRICES, sender } = options;
  const approvers = options.approvers ?? { [COST_APPROVERS.first]: sender, [COST_APPROVERS.then]: sender };
  const data = new Stack(scope, `${id}Data`, { description: 'Vehicle maintenance: tables and sender of its agents' });
  const tables = Object.fromEntries(
    Object.entries(TABLES).map(([agent, names]) => [
      agent,
      Object.fromEntries(names.map((name) => [name, table(data, `${agent}-${name}`, options.removalPolicy)])),
    ]),
  );
  const slots = table(data, 'scheduling-slots', options.removalPolicy);
  const identity = new EmailIdentity(data, 'Sender', { identity: Identity.email(sender) });
  const application = new LanewayApplication(scope, id, {
    topology: vehicles,
    workflows: vehicleWorkflows({ respondWithin: options.respondWithin, approveAbove, decideWithin }),
    agents: './functions/vehicle-maintenance',
    bind: {
      ...tables,
      'data-analysis': { ...tables['data-analysis'], prices: JSON.stringify(prices) },
      // A booking that is cancelled frees its slot.
      scheduling: { slots: { resource: slots, also: ['delete'] } },
      'customer-engagement': { ...tables['customer-engagement'], sender, approvers: JSON.stringify(approvers) },
    },
    approvalLinks: options.approvalLinks ?? false,
    removalPolicy: options.removalPolicy,
    publishers: options.operators ?? [],
    // Customer engagement writes mails and texts, by two more clients.
    bundles: { agentKilobytes: 640, platformKilobytes: 650 },
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
  // A phone number is no resource: all are allowed that are no topic and no endpoint of a device.
  const topics = `arn:${application.stacks.agents.partition}:sns:*:*:*`;
  grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions: ['sns:Publish'], notResources: [topics] }));
}
