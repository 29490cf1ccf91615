import type { Lacks } from './capabilities.js';
import type { EngineGaps } from './engine-gaps.js';

const lacksInAnyCase: Lacks = {
  'publish-conditions': 'templates for it leave them out, so that everybody who may publish may do so as anybody',
  'branch-tokens': 'they share one; a parallel state is written as a map over its branches, at synth',
  'fail-fast': 'neighbours go on to their end, and elements that wait for their turn are begun, before the state fails',
  'dispatch-errors':
    'its `_invoke_with_callback` passes over the error, throttling included, and waits for the token until the timeout of the task',
  'execution-definition':
    'it shows the latest one, so that `laneway workflow get` shows the steps of that; executions end on theirs',
  heartbeats: 'ignored',
  'target-dead-letters': 'ignored: the event is lost',
  'batching-window': 'ignored',
  'queue-alarms': 'there are no metrics of queues',
  'math-alarms': 'refused in a template, never evaluated',
  'point-in-time': 'the setting is dropped from templates',
};

/**
 * Gaps of MiniStack 1.5.33 among the features that Laneway's stacks use, found by trying each.
 * `test/integration/engine-conformance.test.ts` fails when a newer version has closed one.
 *
 * `leftOut` stands under a false condition at synth, because the engine refuses a whole template for one type it does
 * not know. Listed are leaves, which nothing else refers to; any other unknown type is refused loudly at deploy.
 * `bridged` is accepted in a template and dropped, and set by API after deploy.
 */
export const ministackGaps: EngineGaps = {
  leftOut: [
    { type: 'AWS::Events::Archive', because: 'unknown type; created by API after deploy' },
    { type: 'AWS::Events::EventBusPolicy', because: 'unknown type; policies of a bus are not enforced' },
    { type: 'AWS::EventSchemas::*', because: 'unknown type' },
    { type: 'AWS::CloudWatch::Alarm', having: 'metrics', because: 'metric-math alarms roll the stack back' },
    { type: 'AWS::CloudWatch::CompositeAlarm', because: 'unknown type' },
    { type: 'AWS::CloudWatch::AnomalyDetector', because: 'unknown type' },
    { type: 'AWS::CloudWatch::InsightRule', because: 'unknown type' },
    { type: 'AWS::CloudWatch::MetricStream', because: 'unknown type' },
    { type: 'AWS::Logs::QueryDefinition', because: 'unknown type' },
    { type: 'AWS::SecretsManager::RotationSchedule', because: 'unknown type' },
    { type: 'AWS::SecretsManager::ResourcePolicy', because: 'unknown type' },
    { type: 'AWS::SQS::QueueInlinePolicy', because: 'unknown type' },
    { type: 'AWS::ApplicationAutoScaling::*', because: 'unknown type' },
    { type: 'AWS::Budgets::*', because: 'unknown type' },
    { type: 'AWS::CE::*', because: 'unknown type' },
    { type: 'AWS::Chatbot::*', because: 'unknown type' },
    { type: 'AWS::CloudTrail::*', because: 'unknown type' },
    { type: 'AWS::FIS::*', because: 'unknown type' },
    { type: 'AWS::ResourceGroups::*', because: 'unknown type' },
    { type: 'AWS::RUM::*', because: 'unknown type' },
    { type: 'AWS::Synthetics::*', because: 'unknown type' },
    { type: 'AWS::XRay::*', because: 'unknown type' },
    {
      type: 'Custom::S3AutoDeleteObjects',
      because: 'its handler looks for a tag the engine drops; buckets go with what is in them',
    },
  ],
  bridged: [
    {
      types: ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'],
      property: 'TimeToLiveSpecification',
      step: 'time-to-live',
    },
    { types: ['AWS::Events::Archive'], property: 'SourceArn', step: 'archive' },
    { types: ['AWS::Lambda::Function'], property: 'ReservedConcurrentExecutions', step: 'reserved-concurrency' },
    { types: ['AWS::Lambda::Function'], property: 'DeadLetterConfig', step: 'dead-letter-target' },
  ],
  lacks: {
    ...lacksInAnyCase,
    iam: 'without AUTH=true it checks nothing; npm run test:integration -- --iam starts one that does',
  },
};

/** Gaps of MiniStack with `AUTH=true`: the same, except that permissions are enforced. */
export const ministackIamGaps: EngineGaps = { ...ministackGaps, lacks: lacksInAnyCase };

/** A call for which MiniStack with `AUTH=true` asks for another permission than AWS does. */
export interface AskedAction {
  /** The action that it looks for in the policies. */
  readonly asks: string;
  /** The action that AWS looks for, and that a policy of ours allows. */
  readonly inPlaceOf: string;
  /** Resources: those of the policy, or `*` where the engine does not find out which resource a call is about. */
  readonly on: 'same' | 'all';
}

/**
 * Permissions that MiniStack 1.5.33 asks for and AWS does not. `test/integration/permissions.test.ts` fails when a newer
 * version no longer asks for one.
 */
export const ministackActions: readonly AskedAction[] = [
  { asks: 'sqs:SendMessageBatch', inPlaceOf: 'sqs:SendMessage', on: 'same' },
  { asks: 'sqs:DeleteMessageBatch', inPlaceOf: 'sqs:DeleteMessage', on: 'same' },
  { asks: 'sqs:ChangeMessageVisibilityBatch', inPlaceOf: 'sqs:ChangeMessageVisibility', on: 'same' },
  { asks: 'states:SendTaskSuccess', inPlaceOf: 'states:SendTaskSuccess', on: 'all' },
  { asks: 'states:SendTaskFailure', inPlaceOf: 'states:SendTaskFailure', on: 'all' },
  { asks: 'ses:SendEmail', inPlaceOf: 'ses:SendEmail', on: 'all' },
];

/**
 * Condition keys that MiniStack 1.5.33 never has in a request; `aws:PrincipalArn` it has, with the session in place of the role.
 * `test/integration/permissions.test.ts` probes them.
 */
export const ministackUnknownKeys = [
  'events:source',
  'events:detail-type',
  'dynamodb:LeadingKeys',
  'aws:PrincipalArn',
] as const;
