import { reportCompletion } from '../../../../../shared/platform/workflows/report-completion.js';
import type { ExecutionFacts } from '../../../../../shared/domain/execution/workflow-engine.js';
import { platformWorld } from '../../../../kit/stands/platform-world.js';

const MACHINE = 'arn:aws:states:eu-west-1:1:stateMachine:fulfil';
const start = { message: { id: 'start-1', correlationid: 'conversation-1', hops: 2, tenant: 'north' }, generation: 0 };

function stand(described: ExecutionFacts = {}) {
  const world = platformWorld();
  const asked: string[] = [];
  const executionFacts = {
    describe: (execution: string) => {
      asked.push(execution);
      return Promise.resolve(described);
    },
  };
  const services = { ...world, executionFacts, workflows: { fulfil: MACHINE } };
  const report = (detail: Readonly<Record<string, unknown>>) =>
    reportCompletion(
      JSON.stringify({
        source: 'aws.states',
        'detail-type': 'Step Functions Execution Status Change',
        detail: { executionArn: `${MACHINE}:run-1`, stateMachineArn: MACHINE, name: 'run-1', ...detail },
      }),
      services,
    );
  return { world, asked, report };
}

describe('the end of an execution', () => {
  it('is told in its conversation, once', async () => {
    const { world, asked, report } = stand();
    const detail = { status: 'SUCCEEDED', input: JSON.stringify(start), output: JSON.stringify({ result: 'shipped' }) };
    await report(detail);
    await report(detail);
    const told = world.ofType('WorkflowCompleted');
    expect(new Set(told.map(({ id }) => id)).size).toBe(1);
    expect(told[0]).toMatchObject({
      ...{ correlationid: 'conversation-1', causationid: 'start-1', hops: 3, tenant: 'north' },
      data: { workflow: 'fulfil', execution: 'run-1', status: 'succeeded', result: 'shipped' },
    });
    expect(asked).toEqual([]);
  });

  it.each([
    ['FAILED', { error: 'no-stock', cause: 'the shelf is empty' }, 'no-stock', 'the shelf is empty'],
    ['TIMED_OUT', {}, 'timed-out', 'the execution timed-out'],
    ['ABORTED', {}, 'aborted', 'the execution aborted'],
  ])('%s is told with its error', async (status, detail, result, error) => {
    const { world, report } = stand();
    await report({ status, input: JSON.stringify(start), ...detail });
    expect(world.ofType('WorkflowCompleted')).toMatchObject([{ data: { status: 'failed', result, error } }]);
  });

  it('reads from the execution what the event leaves out', async () => {
    const { world, asked, report } = stand({ input: start, output: { result: 'shipped' } });
    await report({ status: 'SUCCEEDED' });
    expect(asked).toEqual([`${MACHINE}:run-1`]);
    expect(world.ofType('WorkflowCompleted')).toMatchObject([{ data: { result: 'shipped' } }]);
  });

  it('is left alone when it is not ours, still runs, or has no conversation', async () => {
    const { world, report } = stand();
    await report({ status: 'RUNNING' });
    await report({ status: 'SUCCEEDED', stateMachineArn: 'arn:other' });
    await report({ status: 'SUCCEEDED', input: '{}', output: '{}' });
    expect(world.bus.published).toEqual([]);
  });

  it('refuses what is no status change', async () => {
    const { report } = stand();
    await expect(report({ status: 'LOST' })).rejects.toMatchObject({ code: 'UNPARSEABLE' });
  });
});
