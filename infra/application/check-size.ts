import { CfnOutput, CfnResource, type Stack } from 'aws-cdk-lib';
import { LanewayError } from '../../shared/domain/base/errors.js';

/** Resources of one stack (CloudFormation quota). */
const MAX_RESOURCES = 500;

/** Outputs of one stack, those that CDK makes for the other stacks included (CloudFormation quota). */
const MAX_OUTPUTS = 200;

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
    help: [`allowed: ${most} (CloudFormation)`, 'use fewer priorities, or give the application two topologies'],
  });
}
