import { newId } from '../../../shared/domain/base/ids.js';
import type { WorkflowResumer, WorkflowStarter } from '../../../shared/domain/execution/workflow-engine.js';

/** Workflows of which `wait` waits on a task token until it is answered. */
export interface WorkflowsUnderTest {
  readonly starter: WorkflowStarter;
  readonly resumer: WorkflowResumer;
  /** The token on which the execution of `wait` with this name waits. */
  token(name: string): Promise<string>;
  /** The answer that the token got, once the execution has ended. */
  answer(name: string): Promise<unknown>;
}

/** Demands on every {@link WorkflowStarter} and {@link WorkflowResumer}. */
export function workflowsContract(make: () => Promise<WorkflowsUnderTest>): void {
  let subject: WorkflowsUnderTest;
  beforeAll(async () => {
    subject = await make();
  });

  it('resumes what waits with the output, once', async () => {
    const name = newId();
    expect(await subject.starter.start('wait', name, { name })).toBe('started');
    const token = await subject.token(name);
    expect(await subject.resumer.succeed(token, { data: { text: 'grün' } })).toBe('resumed');
    expect(await subject.answer(name)).toEqual({ output: { data: { text: 'grün' } } });
    expect(await subject.resumer.succeed(token, { data: 2 })).toBe('gone');
    expect(await subject.resumer.fail(token, 'RequestTimedOut', 'late')).toBe('gone');
  });

  it('fails what waits, with error and cause', async () => {
    const name = newId();
    await subject.starter.start('wait', name, { name });
    expect(await subject.resumer.fail(await subject.token(name), 'RequestFailed', 'because')).toBe('resumed');
    expect(await subject.answer(name)).toEqual({ error: 'RequestFailed', cause: 'because' });
  });

  it('finds an unknown token gone', async () => {
    expect(await subject.resumer.succeed(newId(), {})).toBe('gone');
    expect(await subject.resumer.fail(newId(), 'RequestFailed', '')).toBe('gone');
  });

  it('starts an execution name once', async () => {
    const name = newId();
    expect(await subject.starter.start('wait', name, { name })).toBe('started');
    const token = await subject.token(name);
    expect(['exists', 'started']).toContain(await subject.starter.start('wait', name, { name }));
    await subject.resumer.succeed(token, 1);
    await subject.answer(name);
    expect(await subject.starter.start('wait', name, { name, other: true })).toBe('exists');
  });

  it('tells whether an execution was started, ended or not', async () => {
    const name = newId();
    expect(await subject.starter.exists('wait', name)).toBe(false);
    await subject.starter.start('wait', name, { name });
    expect(await subject.starter.exists('wait', name)).toBe(true);
    await subject.resumer.succeed(await subject.token(name), 1);
    await subject.answer(name);
    expect(await subject.starter.exists('wait', name)).toBe(true);
    await expect(subject.starter.exists('wiat', name)).rejects.toThrow(/did you mean 'wait'/);
  });

  it('names the workflows there are when asked for another', async () => {
    await expect(subject.starter.start('wiat', 'x', {})).rejects.toMatchObject({ code: 'CONFIGURATION' });
    await expect(subject.starter.start('wiat', 'x', {})).rejects.toThrow(/did you mean 'wait'/);
  });
}
