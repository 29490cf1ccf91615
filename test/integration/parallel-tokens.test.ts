import {
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { randomUUID } from 'node:crypto';
import { lacksOf } from '../../infra/engines/engine-lacks.js';
import { describeOn, sharedEngine, type SharedEngine } from '../kit/stands/engine.js';

// The probe of infra/engines/parallel-as-map.ts. When it fails on MiniStack, that has learned to give each branch of a
// parallel state a task token of its own: take the rewriting out.

const EXECUTIONS = 20;
const describeOnEngines = await describeOn(['ministack', 'localstack']);

describeOnEngines('branches of a parallel state', () => {
  let engine: SharedEngine;
  beforeAll(async () => void (engine = await sharedEngine()), 60_000);
  afterAll(() => engine.stop());

  test('share a task token on MiniStack, and have their own elsewhere', async () => {
    const sqs = new SQSClient(engine.client);
    const sfn = new SFNClient(engine.client);
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: `tokens-${randomUUID()}` }));
    // The sum takes a while, in which the other branch begins and its token takes the place of this one's.
    const wait = {
      Type: 'Task',
      Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
      Arguments: {
        QueueUrl,
        MessageBody:
          '{% ($slow := $sum([1..3000]); $states.context.Execution.Name & " " & $states.context.Task.Token) %}',
      },
      End: true,
    };
    const branches = ['left', 'right'].map((name) => ({ StartAt: name, States: { [name]: wait } }));
    const definition = {
      QueryLanguage: 'JSONata',
      StartAt: 'both',
      States: { both: { Type: 'Parallel', Branches: branches, End: true } },
    };
    const { stateMachineArn } = await sfn.send(
      new CreateStateMachineCommand({
        name: `tokens-${randomUUID()}`,
        roleArn: 'arn:aws:iam::000000000000:role/any',
        definition: JSON.stringify(definition),
      }),
    );
    try {
      await Promise.all(
        Array.from({ length: EXECUTIONS }, (_, index) =>
          sfn.send(new StartExecutionCommand({ stateMachineArn, name: `run-${index}` })),
        ),
      );
      const tokens = new Map<string, string[]>();
      for (let quiet = 0; quiet < 3;) {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
        );
        quiet = Messages.length === 0 ? quiet + 1 : 0;
        for (const { Body = '', ReceiptHandle } of Messages) {
          const [name = '', token = ''] = Body.split(' ');
          tokens.set(name, [...(tokens.get(name) ?? []), token]);
          await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
        }
      }
      expect(tokens.size).toBe(EXECUTIONS);
      const shared = [...tokens.values()].filter((own) => new Set(own).size < own.length);
      expect(shared.length > 0).toBe(lacksOf[engine.kind]['branch-tokens'] !== undefined);
    } finally {
      await sfn.send(new DeleteStateMachineCommand({ stateMachineArn }));
      await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    }
  }, 120_000);
});
