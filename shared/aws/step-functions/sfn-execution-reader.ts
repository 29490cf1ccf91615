import { DescribeExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { defined } from '../../domain/base/defined.js';
import type { ExecutionFacts, ExecutionReader } from '../../domain/execution/workflow-engine.js';
import { unavailable } from '../base/aws-error.js';

/** Reads Standard executions, which Step Functions keeps for 90 days. */
export class SfnExecutionReader implements ExecutionReader {
  constructor(private readonly client: SFNClient) {}

  async describe(execution: string): Promise<ExecutionFacts> {
    try {
      const found = await this.client.send(new DescribeExecutionCommand({ executionArn: execution }));
      return {
        ...(found.input === undefined ? {} : { input: JSON.parse(found.input) as unknown }),
        ...(found.output === undefined ? {} : { output: JSON.parse(found.output) as unknown }),
        ...defined({ error: found.error, cause: found.cause }),
      };
    } catch (error) {
      throw unavailable(`reading execution ${execution}`, error);
    }
  }
}
