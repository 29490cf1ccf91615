import { join } from 'node:path';
import { App, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus, Rule, type IEventBus } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { DefinitionBody, IntegrationPattern, JsonPath, StateMachine, TaskInput } from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';

/*
 * The hops that a workflow is made of, with nothing of Laneway in them: the least that bus, queue, function and state
 * machine of an engine take. Every function notes in the table when it was started, and at most sends the next message.
 */
const app = new App();
const stack = new Stack(app, 'BareHops');

const table = new Table(stack, 'Started', {
  partitionKey: { name: 'pk', type: AttributeType.STRING },
  billingMode: BillingMode.PAY_PER_REQUEST,
  removalPolicy: RemovalPolicy.DESTROY,
});

const hop = (id: string): NodejsFunction => {
  const made = new NodejsFunction(stack, id, {
    entry: join(import.meta.dirname, 'hop.ts'),
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    memorySize: 512,
    timeout: Duration.seconds(10),
    environment: { TABLE: table.tableName },
    bundling: { target: 'node20', bundleAwsSDK: true },
  });
  table.grantWriteData(made);
  return made;
};

/** Bus -> rule -> queue -> function. */
const behindQueue = (id: string, pattern: object, bus?: IEventBus): NodejsFunction => {
  const queue = new Queue(stack, `${id}Queue`, { visibilityTimeout: Duration.seconds(60) });
  new Rule(stack, `${id}Rule`, {
    ...(bus === undefined ? {} : { eventBus: bus }),
    eventPattern: pattern,
    targets: [new SqsQueue(queue)],
  });
  const made = hop(`${id}Hop`);
  made.addEventSource(new SqsEventSource(queue, { batchSize: 10 }));
  return made;
};

// The class leaves out `undefined` differently from its interface.
const bus = new EventBus(stack, 'Bus') as IEventBus;
const message = behindQueue('Message', { source: ['bare-hops'] }, bus);
message.addEnvironment('BUS', bus.eventBusName);
bus.grantPutEventsTo(message);

const step = hop('StepHop');
const task = (name: string): LambdaInvoke =>
  new LambdaInvoke(stack, name, {
    lambdaFunction: step,
    integrationPattern: IntegrationPattern.WAIT_FOR_TASK_TOKEN,
    payload: TaskInput.fromObject({
      step: name,
      execution: JsonPath.stringAt('$$.Execution.Name'),
      token: JsonPath.taskToken,
    }),
  });
const machine = new StateMachine(stack, 'Machine', {
  definitionBody: DefinitionBody.fromChainable(task('first').next(task('second'))),
});
behindQueue('Ended', {
  source: ['aws.states'],
  detailType: ['Step Functions Execution Status Change'],
  detail: { stateMachineArn: [machine.stateMachineArn], status: ['SUCCEEDED'] },
});

new CfnOutput(stack, 'BusName', { value: bus.eventBusName });
new CfnOutput(stack, 'MachineArn', { value: machine.stateMachineArn });
new CfnOutput(stack, 'TableName', { value: table.tableName });
app.synth();
