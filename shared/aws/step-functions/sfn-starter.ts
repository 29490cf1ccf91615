import { StartExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { unknownName } from '../../domain/base/errors.js';
import type { WorkflowStarter } from '../../domain/execution/workflow-engine.js';
import { awsCode, unavailable } from '../base/aws-error.js';

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

  /** @throws LanewayError CONFIGURATION for an unknown workflow; UNAVAILABLE, to be repeated. */
  async start(workflow: string, name: string, input: unknown): Promise<'started' | 'exists'> {
    const stateMachineArn = Object.hasOwn(this.machines, workflow) ? this.machines[workflow] : undefined;
    if (stateMachineArn === undefined) {
      const known = Object.keys(this.machines);
      throw unknownName('CONFIGURATION', `there is no workflow '${workflow}'`, workflow, known, 'LANEWAY_WORKFLOWS');
    }
    try {
      await this.client.send(
        new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input ?? null) }),
      );
      return 'started';
    } catch (error) {
      if (awsCode(error) === 'ExecutionAlreadyExists') return 'exists';
      throw unavailable(`starting workflow ${workflow} as ${name}`, error);
    }
  }
}
