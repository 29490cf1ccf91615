import { join } from 'node:path';
import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { EventBus, Rule, type IEventBus } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import {
  Chain,
  DefinitionBody,
  IntegrationPattern,
  JsonPath,
  StateMachine,
  TaskInput,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { LEGS } from './topology.js';

/*
 * The same race glued by hand from the same services: a state calls a function, which puts the command on the bus; rule,
 * queue, runner; its answer goes over bus, rule and queue to a function that answers the token. No schema, no ledger, no
 * lease, no deadline, no dead letter: the least that these hops take.
 */
const app = new App();
const stack = new Stack(app, 'BareRelay');
// The class leaves out `undefined` differently from its interface.
const bus = new EventBus(stack, 'Bus') as IEventBus;

const functionOf = (id: string): NodejsFunction => {
  const made = new NodejsFunction(stack, id, {
    entry: join(import.meta.dirname, 'bare-runner.ts'),
    handler: id.toLowerCase(),
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    memorySize: 512,
    timeout: Duration.seconds(10),
    environment: { BUS: bus.eventBusName },
    bundling: { target: 'node20', bundleAwsSDK: true },
  });
  bus.grantPutEventsTo(made);
  return made;
};

const behindQueue = (id: string, detailType: string): NodejsFunction => {
  const queue = new Queue(stack, `${id}Queue`, { visibilityTimeout: Duration.seconds(60) });
  new Rule(stack, `${id}Rule`, {
    eventBus: bus,
    eventPattern: { source: ['bare-relay'], detailType: [detailType] },
    targets: [new SqsQueue(queue)],
  });
  const made = functionOf(id);
  made.addEventSource(new SqsEventSource(queue, { batchSize: 10 }));
  return made;
};

const asker = functionOf('Asker');
behindQueue('Runner', 'RunLeg');
const replier = behindQueue('Replier', 'LegRun');

const legs = LEGS.map(
  (name, leg) =>
    new LambdaInvoke(stack, name, {
      lambdaFunction: asker,
      integrationPattern: IntegrationPattern.WAIT_FOR_TASK_TOKEN,
      payload: TaskInput.fromObject({
        race: JsonPath.stringAt('$$.Execution.Input.race'),
        baton: JsonPath.stringAt('$$.Execution.Input.baton'),
        leg,
        token: JsonPath.taskToken,
      }),
      resultPath: JsonPath.DISCARD,
    }),
);
const [first, ...others] = legs;
if (!first) throw new Error('a race has legs');
const chain = others.reduce((before, leg) => before.next(leg), Chain.start(first));
const machine = new StateMachine(stack, 'Machine', { definitionBody: DefinitionBody.fromChainable(chain) });
machine.grantTaskResponse(replier);

new CfnOutput(stack, 'MachineArn', { value: machine.stateMachineArn });
app.synth();
