import { CloudFormationClient, paginateDescribeStacks } from '@aws-sdk/client-cloudformation';

/** A stack and its outputs. */
export interface StackOutputs {
  readonly name: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** Outputs of all stacks that stand, in the account and region (or at the endpoint) of the environment. */
export async function readStackOutputs(client = new CloudFormationClient({})): Promise<StackOutputs[]> {
  const stacks: StackOutputs[] = [];
  for await (const page of paginateDescribeStacks({ client }, {})) {
    for (const stack of page.Stacks ?? []) {
      if (stack.StackStatus?.startsWith('DELETE_') || stack.StackName === undefined) continue;
      const outputs: Record<string, string> = {};
      for (const { OutputKey, OutputValue } of stack.Outputs ?? []) {
        if (OutputKey !== undefined && OutputValue !== undefined) outputs[OutputKey] = OutputValue;
      }
      stacks.push({ name: stack.StackName, outputs });
    }
  }
  return stacks;
}
