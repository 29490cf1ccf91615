import { DescribeExecutionCommand, StartExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { LanewayError, unknownName } from '../../domain/base/errors.js';
import type { WorkflowStarter } from '../../domain/execution/workflow-engine.js';
import { awsCode, awsMessage, unavailable } from '../base/aws-error.js';

/** Error names by which Step Functions refuses an input or a name that it will refuse again (StartExecution, errors). */
const FINAL = new Set(['InvalidExecutionInput', 'InvalidName', 'ValidationException']);

/**
 * Starts Standard executions. Their name is the idempotency key for 90 days. Step Functions itself answers a repetition
 * with the same input as a start while the first still runs, so that `started` does not mean "for the first time".
 */
export class SfnStarter implements WorkflowStarter {
  constructor(
    private readonly client: SFNClient,
    /** Workflow name -> state machine ARN. */
    private readonly machines: Readonly<Record<string, string>>,
  ) {}

  /** @throws LanewayError CONFIGURATION for an unknown workflow; REFUSED for good; UNAVAILABLE, throttled too, to be repeated */
  async start(workflow: string, name: string, input: unknown): Promise<'started' | 'exists'> {
    const stateMachineArn = this.machine(workflow);
    try {
      await this.client.send(
        new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input ?? null) }),
      );
      return 'started';
    } catch (error) {
      const code = awsCode(error);
      if (code === 'ExecutionAlreadyExists') return 'exists';
      if (FINAL.has(code))
        throw new LanewayError('REFUSED', `Step Functions refuses to start ${name}: ${code}: ${awsMessage(error)}`, {
          cause: error,
        });
      throw unavailable(`starting workflow ${workflow} as ${name}`, error);
    }
  }

  async exists(workflow: string, name: string): Promise<boolean> {
    const executionArn = `${this.machine(workflow).replace(':stateMachine:', ':execution:')}:${name}`;
    try {
      await this.client.send(new DescribeExecutionCommand({ executionArn, includedData: 'METADATA_ONLY' }));
      return true;
    } catch (error) {
      if (awsCode(error) === 'ExecutionDoesNotExist') return false;
      throw unavailable(`looking for execution ${name} of workflow ${workflow}`, error);
    }
  }

  private machine(workflow: string): string {
    const arn = Object.hasOwn(this.machines, workflow) ? this.machines[workflow] : undefined;
    if (arn !== undefined) return arn;
    const known = Object.keys(this.machines);
    throw unknownName('CONFIGURATION', `there is no workflow '${workflow}'`, workflow, known, 'LANEWAY_WORKFLOWS');
  }
}
