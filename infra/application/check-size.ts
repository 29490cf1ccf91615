import { CfnOutput, CfnResource, type Stack } from 'aws-cdk-lib';
import { LanewayError } from '../../shared/domain/base/errors.js';
import { MAX_OUTPUTS, MAX_RESOURCES } from './agent-groups.js';

/**
 * A stack over a quota fails at deploy only after minutes, with a message that names no way out. Checked when the
 * templates are made, because the owner may have added to the stacks by then and CDK its exports.
 */
export function checkSize(stack: Stack): string[] {
  const nodes = stack.node.findAll();
  const resources = nodes.filter((node) => CfnResource.isCfnResource(node)).length;
  const outputs = nodes.filter((node) => node instanceof CfnOutput).length;
  if (resources > MAX_RESOURCES) tooLarge(stack, `${resources} resources`, MAX_RESOURCES);
  if (outputs > MAX_OUTPUTS) tooLarge(stack, `${outputs} outputs`, MAX_OUTPUTS);
  return [];
}

function tooLarge(stack: Stack, what: string, most: number): never {
  throw new LanewayError('INVALID_TOPOLOGY', `stack ${stack.stackName} would hold ${what}`, {
    help: [
      `allowed: ${most} (CloudFormation)`,
      "set a smaller 'agentsPerStack': further agents have stacks of their own",
      'or use fewer priorities, add less to this stack, or give the application two topologies',
    ],
  });
}
