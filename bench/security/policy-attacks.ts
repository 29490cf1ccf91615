import { APPROVAL_WRITER } from '../../shared/domain/wire/writers.js';
import { OPERATOR, sourceOf } from '../../shared/domain/wire/envelope.js';
import type { PolicyAttack } from './attack.js';
import { ATTACKS_ON_AGENTS } from './policy-attacks-on-agents.js';
import { ATTACKS_ON_PAYLOADS } from './policy-attacks-on-payloads.js';
import {
  allIn,
  CONVERSATION,
  directLanes,
  ELSEWHERE,
  ERASES,
  foreign,
  foreignRequests,
  isRight,
  on,
  otherSources,
  ownSource,
  ownWriters,
  PLATFORM_ROWS,
  publishing,
  READS,
  rows,
  declaredTypes,
  WRITES,
} from './calls.js';

/** Attacks that policies decide. Numbers in their comments are those of the review that found them. */
export const POLICY_ATTACKS: readonly PolicyAttack[] = (
  [
    {
      // 1
      ...{ name: 'forge-intent', severity: 'critical' },
      title: 'writes into the ledger what another is about to publish, for the sweeper to send',
      attempts: (subject, place) =>
        rows(
          place,
          'Ledger',
          WRITES,
          foreign(subject, place).filter((key) => !/^(approval|agent\.)/.test(key)),
        ),
    },
    {
      // 2
      ...{ name: 'forge-decision', severity: 'critical' },
      title: 'writes the decision of people on an approval',
      attempts: (subject, place) =>
        rows(
          place,
          'Ledger',
          WRITES,
          foreign(subject, place).filter((key) => key.startsWith(APPROVAL_WRITER)),
        ),
    },
    {
      // 3
      ...{ name: 'publish-as-platform', severity: 'critical' },
      title: 'publishes as the platform or as its operator',
      attempts: (subject, place) =>
        publishing(
          place,
          [OPERATOR, 'replies', 'deadlines', 'starter', 'sweeper']
            .map((name) => sourceOf(place.topology.name, 'platform', name))
            .filter((source) => !isRight(source, subject))
            .flatMap((source) => [
              [[source], ['ApprovalDecided']],
              [[ownSource(subject, place), source], ['ApprovalDecided']],
            ]),
        ),
    },
    {
      // 3, 14
      ...{ name: 'publish-as-another', severity: 'critical' },
      title: 'publishes as another agent, client or ingress, alone or in one call with messages of its own',
      attempts: (subject, place) =>
        publishing(
          place,
          otherSources(subject, place).flatMap((source) =>
            [declaredTypes(subject, place)[0] ?? 'ApprovalDecided'].flatMap((type): [string[], string[]][] => [
              [[source], [type]],
              [[ownSource(subject, place), source], [type]],
            ]),
          ),
        ),
    },
    {
      // 14, 15
      ...{ name: 'publish-undeclared', severity: 'high' },
      title:
        'publishes a type that it does not declare, alone or beside one that it does, or in a call that names none',
      attempts: (subject, place) => {
        const [declared] = declaredTypes(subject, place);
        const own = ownSource(subject, place);
        const others =
          subject.kind === 'platform' ? ['Undeclared'] : ['ApprovalDecided', 'WorkflowRequested', 'Undeclared'];
        return publishing(place, [
          ...others.flatMap((type): [string[], string[]][] => [
            [[own], [type]],
            ...(declared === undefined ? [] : ([[[own], [declared, type]]] satisfies [string[], string[]][])),
          ]),
          [[own], []],
          [[], ['ApprovalDecided']],
          [[], []],
        ]);
      },
    },
    {
      // 4
      ...{ name: 'forge-dead-letter', severity: 'high' },
      title: 'puts a dead letter into the queue of another agent',
      attempts: (subject, place) =>
        on(place, 'AWS::SQS::Queue', ['sqs:SendMessage'], /\/Mailbox-[^/]+\/DeadLetters/).filter(
          ({ what }) => !(subject.kind === 'agent' && what.includes(`Mailbox-${subject.name}/`)),
        ),
    },
    {
      // 5
      ...{ name: 'write-into-lane', severity: 'high' },
      title: 'puts a message straight into a lane that it reaches by no direct channel',
      attempts: (subject, place) =>
        on(place, 'AWS::SQS::Queue', ['sqs:SendMessage'], /\/Mailbox-[^/]+\/Lane/).filter(
          ({ what }) => !directLanes(subject, place).some((lane) => lane.test(`/${what.split(' on ')[1] ?? ''}`)),
        ),
    },
    {
      // 6
      ...{ name: 'erase-rows', severity: 'critical' },
      title: 'erases rows of the ledger or of the requests, its own among them',
      attempts: (subject, place) => [
        ...rows(place, 'Ledger', ERASES, [
          ...foreign(subject, place),
          ...ownWriters(subject, place).map((one) => `${one}#${CONVERSATION}`),
        ]),
        ...rows(place, 'Pending', ERASES, [...foreignRequests(subject, place), ...PLATFORM_ROWS]),
      ],
    },
    {
      ...{ name: 'erase-objects', severity: 'critical' },
      title: 'erases or replaces what the archive or the seals hold',
      attempts: (subject, place) =>
        on(
          place,
          'AWS::S3::Bucket',
          [
            's3:DeleteObject',
            's3:DeleteObjectVersion',
            ...(subject.kind === 'platform' ? [] : ['s3:PutObject']),
            's3:PutBucketPolicy',
          ],
          /Archive|Seals|Payloads/,
          (arn) => `${arn}/any`,
        ).filter(({ action, what }) => !(action === 's3:PutObject' && what.includes('Payloads'))),
    },
    {
      // 8
      ...{ name: 'list-payloads', severity: 'high' },
      title: 'lists the payloads of all conversations',
      attempts: (_, place) => on(place, 'AWS::S3::Bucket', ['s3:ListBucket', 's3:ListBucketVersions'], /Payloads/),
    },
    {
      // 8
      ...{ name: 'erase-payloads', severity: 'high' },
      title: 'erases payloads, or takes away versions of them',
      attempts: (_, place) =>
        on(
          place,
          'AWS::S3::Bucket',
          ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:PutObjectAcl'],
          /Payloads/,
          allIn,
        ),
    },
    {
      // 9
      ...{ name: 'move-deadline', severity: 'critical' },
      title: "moves the deadline of another's request, ends it, or lets it expire",
      attempts: (subject, place) => rows(place, 'Pending', WRITES, foreignRequests(subject, place)),
    },
    {
      // 10
      ...{ name: 'read-task-token', severity: 'critical' },
      title: 'reads the task token of a step and ends it',
      attempts: (subject, place) => [
        ...(subject.kind === 'page' ? [] : rows(place, 'Pending', READS, foreignRequests(subject, place))),
        ...(subject.kind === 'platform'
          ? []
          : on(place, 'AWS::StepFunctions::StateMachine', ['states:SendTaskSuccess', 'states:SendTaskFailure'])),
      ],
    },
    {
      // 10
      ...{ name: 'write-saga', severity: 'critical' },
      title: 'writes what a workflow would undo, or where a sweep stands',
      attempts: (subject, place) => (subject.kind === 'platform' ? [] : rows(place, 'Pending', WRITES, PLATFORM_ROWS)),
    },
    {
      // 11
      ...{ name: 'prewrite-delivery', severity: 'high' },
      title: "writes another receiver's delivery as completed, so that it is never handled",
      attempts: (subject, place) =>
        rows(
          place,
          'Ledger',
          WRITES,
          foreign(subject, place).filter((key) => key.startsWith('agent.')),
        ),
    },
    {
      ...{ name: 'scan-tables', severity: 'high' },
      title: 'reads whole tables',
      attempts: (_, place) => [
        ...rows(
          place,
          'Ledger',
          ['dynamodb:Scan', 'dynamodb:PartiQLSelect', 'dynamodb:ExportTableToPointInTime'],
          ['any'],
        ),
        ...rows(
          place,
          'Pending',
          ['dynamodb:Scan', 'dynamodb:PartiQLSelect', 'dynamodb:ExportTableToPointInTime'],
          ['any'],
        ),
      ],
    },
    {
      ...{ name: 'read-conversations', severity: 'medium' },
      title: 'reads what others wrote into the ledger',
      attempts: (subject, place) =>
        subject.kind === 'platform' ? [] : rows(place, 'Ledger', READS, foreign(subject, place)),
    },
    {
      ...{ name: 'take-from-lane', severity: 'critical' },
      title: "takes or deletes messages of another's lanes, or purges a queue",
      attempts: (subject, place) => [
        ...on(
          place,
          'AWS::SQS::Queue',
          ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'],
          /\/Mailbox-/,
        ).filter(
          ({ what }) =>
            !(subject.kind === 'agent' && what.includes(`Mailbox-${subject.name}/Lane`)) &&
            !(subject.name === 'dead-letters' && what.includes('/DeadLetters')),
        ),
        ...on(place, 'AWS::SQS::Queue', ['sqs:PurgeQueue', 'sqs:SetQueueAttributes', 'sqs:DeleteQueue']),
      ],
    },
    {
      ...{ name: 'sign-link', severity: 'critical' },
      title: 'signs a link that approves, or a seal of the archive',
      attempts: ({ name }, place) =>
        on(place, 'AWS::KMS::Key', ['kms:GenerateMac', 'kms:Sign', 'kms:CreateGrant', 'kms:PutKeyPolicy']).filter(
          ({ action }) =>
            !(action === 'kms:GenerateMac' && ['deadlines', 'dispatcher'].includes(name)) &&
            !(action === 'kms:Sign' && name === 'ledger-seal'),
        ),
    },
    {
      ...{ name: 'change-platform', severity: 'critical' },
      title: 'changes functions, rules, policies or roles, its own among them',
      attempts: (_, place) => [
        ...on(place, 'AWS::Lambda::Function', [
          'lambda:UpdateFunctionCode',
          'lambda:UpdateFunctionConfiguration',
          'lambda:AddPermission',
        ]),
        ...on(place, 'AWS::Events::Rule', [
          'events:PutRule',
          'events:PutTargets',
          'events:RemoveTargets',
          'events:DeleteRule',
        ]),
        ...on(place, 'AWS::Events::EventBus', [
          'events:PutPermission',
          'events:RemovePermission',
          'events:DeleteEventBus',
        ]),
        ...on(place, 'AWS::IAM::Role', [
          'iam:PutRolePolicy',
          'iam:AttachRolePolicy',
          'iam:PassRole',
          'sts:AssumeRole',
          'iam:UpdateAssumeRolePolicy',
        ]),
      ],
    },
    {
      ...{ name: 'run-platform', severity: 'high' },
      title: 'runs a function of the platform or an agent with an input of its own',
      attempts: (subject, place) =>
        on(place, 'AWS::Lambda::Function', ['lambda:InvokeFunction', 'lambda:InvokeAsync']).filter(
          ({ what }) => !(subject.kind === 'workflow' && what.includes('Dispatcher')),
        ),
    },
    {
      ...{ name: 'start-or-stop', severity: 'high' },
      title: 'starts or stops an execution past the message that starts it',
      attempts: ({ name }, place) => {
        const actions = [
          ...(name === 'starter' ? [] : ['states:StartExecution']),
          ...['states:RedriveExecution', 'states:UpdateStateMachine', 'states:DeleteStateMachine'],
        ];
        return on(place, 'AWS::StepFunctions::StateMachine', actions);
      },
    },
    {
      ...{ name: 'read-archive', severity: 'medium' },
      title: 'reads the archive or the seals',
      attempts: ({ name }, place) =>
        name === 'sweeper'
          ? []
          : on(place, 'AWS::S3::Bucket', ['s3:GetObject'], /Archive|Seals/, (arn) => `${arn}/any`),
    },
    {
      ...{ name: 'write-chain', severity: 'critical' },
      title: "writes the heads of the ledger's chains, so that a change does not show",
      attempts: ({ name }, place) =>
        on(place, 'AWS::DynamoDB::GlobalTable', WRITES, /Chains/)
          .map((attempt) => ({ ...attempt, keys: { 'dynamodb:LeadingKeys': ['head'] } }))
          .filter(() => name !== 'ledger-stream'),
    },
    {
      ...{ name: 'reach-outside', severity: 'high' },
      title: "uses the account beyond the application: another's bucket, topic, secret or role",
      attempts: () =>
        Object.entries(ELSEWHERE).map(([action, resource]) => ({ action, resource, what: `${action} on ${resource}` })),
    },
    ...ATTACKS_ON_AGENTS,
    ...ATTACKS_ON_PAYLOADS,
  ] satisfies readonly Omit<PolicyAttack, 'decidedBy'>[]
).map((attack) => ({ ...attack, decidedBy: 'policies' }));
