import { cutText } from '../../domain/base/cut-text.js';
import { SendTaskFailureCommand, SendTaskSuccessCommand, type SFNClient } from '@aws-sdk/client-sfn';
import type { WorkflowResumer } from '../../domain/execution/workflow-engine.js';
import { awsCode, unavailable } from '../base/aws-error.js';

/** Error names by which Step Functions tells that nobody waits on the token any more. */
const GONE = new Set(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken']);
/** Longest `error` and `cause` of SendTaskFailure (Step Functions API reference). */
const ERROR_LENGTH = 256;
const CAUSE_LENGTH = 32_768;

/** Resumes Step Functions executions that wait on a task token. Tokens are credentials: they appear in no message. */
export class SfnResumer implements WorkflowResumer {
  constructor(private readonly client: SFNClient) {}

  async succeed(token: string, output: unknown): Promise<'resumed' | 'gone'> {
    const command = new SendTaskSuccessCommand({ taskToken: token, output: JSON.stringify(output ?? null) });
    return this.resume(this.client.send(command));
  }

  async fail(token: string, error: string, cause: string): Promise<'resumed' | 'gone'> {
    const command = new SendTaskFailureCommand({
      taskToken: token,
      error: cutText(error, ERROR_LENGTH),
      cause: cutText(cause, CAUSE_LENGTH),
    });
    return this.resume(this.client.send(command));
  }

  private async resume(call: Promise<unknown>): Promise<'resumed' | 'gone'> {
    try {
      await call;
      return 'resumed';
    } catch (error) {
      if (GONE.has(awsCode(error))) return 'gone';
      throw unavailable('resuming a workflow', error);
    }
  }
}
