import { CfnOutput, Lazy, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { PlatformFunction } from '../constructs/platform-function.js';
import { lanesOf, type Mailbox } from '../constructs/queues/mailbox.js';
import type { RunningAgents } from './running-agents.js';
import { APPLICATION_OUTPUT, outputKey } from '../../shared/topology/deployed/output-key.js';

/** A stack of an application: it carries the topology's name as an output, by which clients and the CLI find it. */
export class ApplicationStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    /** Name of the topology. */
    readonly application: string,
    props: StackProps,
  ) {
    super(scope, id, props);
    this.output(application, APPLICATION_OUTPUT);
  }

  /** Names the platform's functions in outputs, some also under the key by which a command of operators finds them. */
  protected platformOutputs(functions: Readonly<Record<string, PlatformFunction>>): void {
    for (const [name, { functionName, declaration }] of Object.entries(functions)) {
      this.output(functionName, 'PlatformFunction', name);
      for (const trigger of declaration.triggers)
        if (trigger.kind === 'operator' && trigger.output) this.output(functionName, trigger.output);
    }
  }

  /** Names the queues of a mailbox in outputs. */
  protected mailboxOutputs(mailbox: Mailbox): void {
    this.output(mailbox.deadLetterQueue.queueUrl, 'DeadLetters', mailbox.agent);
    for (const { key, queue } of lanesOf(mailbox)) this.output(queue.queueUrl, 'Lane', mailbox.agent, key);
  }

  /** Names functions of agents, and policies of those that run as workers, in outputs. */
  protected agentOutputs({ agents, workers }: RunningAgents): void {
    for (const [agent, { function: fn }] of Object.entries(agents)) this.output(fn.functionName, 'Function', agent);
    for (const [agent, worker] of Object.entries(workers)) {
      this.output(worker.policy.managedPolicyArn, 'WorkerPolicy', agent);
      // More may be bound after this.
      this.output(Lazy.string({ produce: () => worker.bindingsJson }), 'Bindings', agent);
    }
  }

  /** Adds an output under the key that `outputKey` makes of `parts`. */
  protected output(value: string, ...parts: readonly string[]): void {
    const key = outputKey(...parts);
    // Another construct of the stack may have the same id; the output's own name is the key.
    new CfnOutput(this, `Output${key}`, { value }).overrideLogicalId(key);
  }
}
