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
/** Rounds of executions at most, where the branches are to meet. */
const ROUNDS = 10;
const describeOnEngines = await describeOn(['ministack', 'localstack']);

describeOnEngines('branches of a parallel state', () => {
  let engine: SharedEngine;
  beforeAll(async () => void (engine = await sharedEngine()), 60_000);
  afterAll(() => engine.stop());

  test('share a task token on MiniStack, and have their own elsewhere', async () => {
    const isExpected = lacksOf[engine.kind]['branch-tokens'] !== undefined;
    let shared = 0;
    // Whether two branches meet is up to the machine: one meeting shows it, and ten rounds without any that there is none.
    for (let round = 0; round < (isExpected ? ROUNDS : 1) && shared === 0; round += 1) shared += await sharedTokens();
    expect(shared > 0).toBe(isExpected);
  });

  /** Runs executions of a parallel state. @returns how many had two branches with one token */
  async function sharedTokens(): Promise<number> {
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
      // A branch whose token was taken may fail before it sends, so that it is not known how many messages come.
      for (let quiet = 0, giveUp = Date.now() + 90_000; quiet < 3 && Date.now() < giveUp;) {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
        );
        quiet = Messages.length > 0 || tokens.size < EXECUTIONS ? 0 : quiet + 1;
        for (const { Body = '', ReceiptHandle } of Messages) {
          const [name = '', token = ''] = Body.split(' ');
          tokens.set(name, [...(tokens.get(name) ?? []), token]);
          await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
        }
      }
      expect(tokens.size).toBe(EXECUTIONS);
      return [...tokens.values()].filter((own) => new Set(own).size < own.length).length;
    } finally {
      await sfn.send(new DeleteStateMachineCommand({ stateMachineArn }));
      await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    }
  }
});
