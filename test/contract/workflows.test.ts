import { DescribeExecutionCommand, ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { setTimeout as sleep } from 'node:timers/promises';
import { SfnResumer } from '../../shared/aws/step-functions/sfn-resumer.js';
import { SfnStarter } from '../../shared/aws/step-functions/sfn-starter.js';
import { MemoryWorkflows, type TokenAnswer } from '../../shared/testing/memory/memory-workflows.js';
import { describeOnEngine } from '../kit/stands/engine-resources.js';
import { workflowsContract } from './suites/workflows.contract.js';

describe('MemoryWorkflows', () => {
  workflowsContract(() => {
    const workflows = new MemoryWorkflows(['wait']);
    const answers = new Map<string, TokenAnswer>();
    return Promise.resolve({
      starter: workflows,
      resumer: workflows,
      token: (name) => {
        workflows.wait(`token of ${name}`, (answer) => answers.set(name, answer));
        return Promise.resolve(`token of ${name}`);
      },
      answer: (name) => {
        const { ok: _ok, ...rest } = answers.get(name) ?? { ok: false };
        return Promise.resolve(rest);
      },
    });
  });

  it('finds a token gone on which nobody waits any more', async () => {
    const workflows = new MemoryWorkflows([]);
    workflows.wait('token', () => undefined);
    workflows.forget('token');
    expect(await workflows.succeed('token', 1)).toBe('gone');
  });
});

describeOnEngine('Step Functions', (resources) => {
  workflowsContract(async () => {
    const { sfn } = resources.clients;
    const queue = await resources.queue('tokens');
    const stateMachineArn = await resources.stateMachine('wait', {
      QueryLanguage: 'JSONata',
      StartAt: 'Wait',
      States: {
        Wait: {
          Type: 'Task',
          Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
          Arguments: {
            QueueUrl: queue,
            MessageBody: "{% $string({'name': $states.input.name, 'token': $states.context.Task.Token}) %}",
          },
          TimeoutSeconds: 60,
          End: true,
        },
      },
    });
    const tokens = new Map<string, string>();
    return {
      starter: new SfnStarter(sfn, { wait: stateMachineArn }),
      resumer: new SfnResumer(sfn),
      token: async (name) => {
        for (let round = 0; round < 10 && !tokens.has(name); round++) {
          for (const body of await resources.drain(queue, 1, 2_000)) {
            const sent = JSON.parse(body) as { name: string; token: string };
            tokens.set(sent.name, sent.token);
          }
        }
        const token = tokens.get(name);
        if (token === undefined) throw new Error(`the execution ${name} sent no token`);
        return token;
      },
      answer: async (name) => {
        const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn }));
        const executionArn = executions.find((execution) => execution.name === name)?.executionArn;
        for (let round = 0; round < 200; round++) {
          const execution = await sfn.send(new DescribeExecutionCommand({ executionArn }));
          if (execution.status === 'SUCCEEDED') return { output: JSON.parse(execution.output ?? 'null') as unknown };
          if (execution.status === 'FAILED') return { error: execution.error, cause: execution.cause };
          await sleep(50);
        }
        return undefined;
      },
    };
  });
});
