import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource, SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Duration } from 'aws-cdk-lib';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import {
  schedulesOf,
  type PlatformQueue,
  type PlatformTrigger,
  type ScheduleTrigger,
} from '../../functions/platform/declaration.js';
import type { DeclaredFunction, PlatformFunctionName } from '../../functions/platform/declarations.js';
import { ENVIRONMENT, type EnvironmentKey } from '../../shared/domain/base/environment.js';
import { LanewayError } from '../../shared/domain/base/errors.js';
import { divideStarts } from '../../shared/platform/workflows/start-pace.js';
import type { TopologyModel } from '../../shared/topology/model.js';
import { durationOf } from '../constructs/duration-of.js';
import { invocationsFor, type ExpectedLoad } from '../constructs/bounds/expected-load.js';
import { machinesVariable, mailboxesVariable } from '../constructs/environment/naming-variables.js';
import { allow, allowCount, allowObjects, allowSend } from '../constructs/permissions.js';
import { allowFurther, DRAINING, furtherLetters, furtherQueues, SENDING } from './further-queues.js';
import { codeOf, PlatformFunction, type PlatformCode } from '../constructs/platform-function.js';
import { directQueuesOf, lanesOf, watchedQueues } from '../constructs/queues/mailbox.js';
import { functionTarget, ruleNameIn } from '../constructs/queues/rule-target.js';
import type { FunctionOverrides } from '../constructs/runtime-function.js';
import type { ApplicationStack } from './application-stack.js';
import type { MessagingStack } from './messaging-stack.js';
import type { StateStack } from './state-stack.js';

/** Stacks that stand before the platform's functions, and the topology they were made of. */
export interface PlatformNeighbours {
  /** Checked form of the topology. */
  readonly topology: TopologyModel;
  /** Tables, archive and seals. */
  readonly state: StateStack;
  /** Bus, mailboxes and the queues that rules lead to. */
  readonly messaging: MessagingStack;
  /** Executions that are started a second. @defaultValue {@link DEFAULT_STARTS_PER_SECOND} */
  readonly startsPerSecond?: number | undefined;
  /** Memory, log retention and concurrency by function. @defaultValue those of every platform function */
  readonly platformFunctions?: PlatformOverrides | undefined;
  /** Load that the dispatcher is to bear. @defaultValue no reservation */
  readonly dispatches?: ExpectedLoad | undefined;
}

/** Memory, log retention and concurrency of platform functions, by name. */
export type PlatformOverrides = Readonly<Partial<Record<PlatformFunctionName, FunctionOverrides>>>;

/** Queues of the stack itself, besides those of its neighbours. */
export interface OwnQueues {
  /** Ends of executions. */
  readonly workflowStatus?: IQueue;
  /** Batches of the ledger's stream that could not be archived. */
  readonly streamFailures?: IQueue;
}

/** Window of the ledger's stream, the longest there is: at its end Lambda calls once more, with nothing. */
const SHARD_WINDOW = Duration.minutes(15);

/** Makes the function of a declaration, with its variables and rights; its triggers are connected by {@link connectTrigger}. */
export function addPlatformFunction(
  stack: ApplicationStack,
  declaration: DeclaredFunction,
  code: PlatformCode,
  neighbours: PlatformNeighbours,
): PlatformFunction {
  const { topology, messaging, dispatches, platformFunctions } = neighbours;
  const isCalledBySteps = declaration.triggers.some(({ kind }) => kind === 'steps');
  const fn = new PlatformFunction(stack, constructId(declaration.name), {
    ...platformFunctions?.[declaration.name],
    ...{ declaration, topology },
    code: codeOf(code, declaration.name),
    fabric: messaging.fabric,
    environment: environmentOf(stack, declaration, neighbours),
    ...(dispatches && isCalledBySteps
      ? { reservedConcurrency: invocationsFor(dispatches, 1, `${topology.name}, dispatches`) }
      : {}),
  });
  allowEvidence(fn, neighbours);
  if (declaration.lanes === 'sends') {
    allowSend(fn, ...Object.values(messaging.mailboxes).flatMap(directQueuesOf));
    allowFurther(
      fn,
      furtherQueues(topology, messaging, ({ direct }) => direct),
      SENDING,
    );
  }
  // A function that publishes any command chooses its agent where the channel selects.
  if (declaration.publishes?.application === 'any' && declaration.environment.includes('mailboxes'))
    allowCount(fn, ...watchedQueues({ publishes: Object.keys(topology.types) }, { topology, ...messaging }));
  if (declaration.putsAside) allowSend(fn, messaging.platformDeadLetters);
  // A queue gives a failed batch back, and a command shows the error: only a schedule's failure would be seen by nobody.
  if (schedulesOf(declaration).length > 0) fn.putFailuresInto(messaging.platformDeadLetters);
  return fn;
}

/** Has `trigger` invoke the function. Steps and addresses are connected by what makes the workflows and the page. */
export function connectTrigger(
  fn: PlatformFunction,
  trigger: PlatformTrigger,
  neighbours: PlatformNeighbours,
  own: OwnQueues = {},
): void {
  const { messaging } = neighbours;
  if (trigger.kind === 'queue') {
    const most = trigger.queue === 'starts' ? divideStarts(neighbours.startsPerSecond).processes : undefined;
    for (const queue of queuesOf(trigger.queue, messaging, own)) fn.receiveFrom(queue, trigger.batch, most);
    if (trigger.queue === 'dead-letters') allowFurther(fn, furtherLetters(messaging), DRAINING);
  } else if (trigger.kind === 'stream') readLedger(fn, trigger.batch, neighbours, own);
  else if (trigger.kind === 'schedule') runOnSchedule(fn, trigger, neighbours);
}

/** Allows a function that drains dead letters to put copies back into lanes. */
export function allowReturns(fn: PlatformFunction, { messaging, topology }: PlatformNeighbours): void {
  if (fn.declaration.lanes !== 'returns') return;
  allowLanes(fn, messaging);
  allowFurther(
    fn,
    furtherQueues(topology, messaging, () => true),
    SENDING,
  );
}

/** Construct id of a function: its name in Pascal case. */
export function constructId(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_, _dash: string, letter: string) => letter.toUpperCase());
}

/** Values of the variables that a declaration names. @throws LanewayError CONFIGURATION for one that nothing here gives */
function environmentOf(
  stack: ApplicationStack,
  { name, environment }: DeclaredFunction,
  { state: { evidence }, messaging, startsPerSecond }: PlatformNeighbours,
): Record<string, string> {
  const given: Partial<Record<EnvironmentKey, () => string | undefined>> = {
    archiveBucket: () => evidence.archive.bucketName,
    chainTable: () => evidence.chainTable.tableName,
    sealBucket: () => evidence.seals.bucketName,
    sealKey: () => evidence.key?.keyArn,
    deadLetterQueue: () => messaging.platformDeadLetters.queueUrl,
    deadLetterQueues: () => deadLetterQueuesJson(messaging),
    mailboxes: () => mailboxesVariable(Object.values(messaging.mailboxes))[ENVIRONMENT.mailboxes],
    workflows: () => machinesVariable(stack)[ENVIRONMENT.workflows],
    startRate: () => JSON.stringify(divideStarts(startsPerSecond).rate),
  };
  return Object.fromEntries(
    environment.flatMap((key) => {
      const value = given[key];
      if (!value) {
        throw new LanewayError('CONFIGURATION', `the platform function '${name}' declares the variable '${key}'`, {
          help: [`allowed: ${Object.keys(given).join(', ')}`, 'give it a value in infra/stacks/platform-functions.ts'],
        });
      }
      const text = value();
      return text === undefined ? [] : [[ENVIRONMENT[key], text]];
    }),
  );
}

/** Dead letter queues of the platform, with the kind of message that each one holds. */
function platformDeadLetterQueues({ routed, undelivered, platformDeadLetters }: MessagingStack) {
  return [
    ...(routed.unroutable ? [{ queue: routed.unroutable, what: { kind: 'unroutable' } }] : []),
    { queue: undelivered, what: { kind: 'undelivered' } },
    { queue: platformDeadLetters, what: { kind: 'platform' } },
  ];
}

function deadLetterQueuesJson(messaging: MessagingStack): string {
  const entries = platformDeadLetterQueues(messaging).map(
    ({ queue, what }) => `"${queue.queueArn}":${JSON.stringify(what)}`,
  );
  return `{${entries.join(',')}}`;
}

/** The queues of a trigger that are there. */
function queuesOf(queue: PlatformQueue, messaging: MessagingStack, { workflowStatus }: OwnQueues): IQueue[] {
  const present = (one: IQueue | undefined) => (one ? [one] : []);
  if (queue === 'timers') return [messaging.timerQueue];
  if (queue === 'workflow-status') return present(workflowStatus);
  if (queue !== 'dead-letters') return present(messaging.routed[queue]);
  const ofMailboxes = Object.values(messaging.mailboxes).map(({ deadLetterQueue }) => deadLetterQueue);
  return [...ofMailboxes, ...platformDeadLetterQueues(messaging).map((letters) => letters.queue)];
}

function readLedger(
  fn: PlatformFunction,
  batchSize: number,
  { state }: PlatformNeighbours,
  { streamFailures }: OwnQueues,
): void {
  fn.addEventSource(
    new DynamoEventSource(state.ledgerTable, {
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize,
      // An object of the archive, with its place in the chain, costs the same whether it holds one change or a hundred.
      ...(state.evidence.batchingWindow.toSeconds() > 0 ? { maxBatchingWindow: state.evidence.batchingWindow } : {}),
      // One writer a shard: a chain is a shard's. The tumbling window has Lambda name the shard, and delays nothing.
      parallelizationFactor: 1,
      tumblingWindow: SHARD_WINDOW,
      bisectBatchOnError: true,
      // No bound of tries: a batch is tried until its records leave the stream, at 24 hours.
      reportBatchItemFailures: true,
      ...(streamFailures ? { onFailure: new SqsDlq(streamFailures) } : {}),
    }),
  );
}

function runOnSchedule(fn: PlatformFunction, trigger: ScheduleTrigger, { state, messaging }: PlatformNeighbours): void {
  const { id, every, input } = trigger;
  const rate = every === 'sealEvery' ? state.evidence.sealEvery : durationOf(every);
  const target = functionTarget(fn, messaging.platformDeadLetters, input);
  fn.schedules.push({ trigger, every: rate });
  const ruleName = ruleNameIn(fn.stack, id);
  messaging.platformDeadLetters.acceptFromDefaultBus(ruleName);
  const rule = new Rule(fn.stack, id, { ruleName, schedule: Schedule.rate(rate), targets: [target] });
  fn.addPermission(input === undefined ? 'Schedule' : `${id}Permission`, {
    principal: new ServicePrincipal('events.amazonaws.com'),
    sourceArn: rule.ruleArn,
  });
}

function allowEvidence(fn: PlatformFunction, { state: { evidence } }: PlatformNeighbours): void {
  switch (fn.declaration.evidence) {
    case 'chains':
      allowObjects(fn, evidence.archive, ['s3:PutObject']);
      return evidence.allowChaining(fn);
    case 'seals':
      allowObjects(fn, evidence.seals, ['s3:PutObject']);
      return evidence.allowSealing(fn);
    case 'reads-archive':
      allow(fn, ['s3:ListBucket'], [evidence.archive.bucketArn]);
      return allowObjects(fn, evidence.archive, ['s3:GetObject']);
    case undefined:
      return;
  }
}

function allowLanes(fn: PlatformFunction, messaging: MessagingStack): void {
  allowSend(
    fn,
    ...Object.values(messaging.mailboxes)
      .flatMap(lanesOf)
      .map((lane) => lane.queue),
  );
}
