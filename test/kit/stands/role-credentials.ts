import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** Credentials of a role, as the SDK takes them. */
export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** A statement of a policy in a template. */
interface TemplateStatement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: object;
}

/** Hands out the credentials that its function runs with. */
const HANDLER = `exports.handler = async () => ({
  accessKeyId: process.env.AWS_ACCESS_KEY_ID,
  secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,
  sessionToken: process.env.AWS_SESSION_TOKEN,
});`;

/**
 * Makes functions that run under a role and hand out its credentials: a role of a function trusts Lambda alone, so that
 * nobody else could assume it. What was made is deleted by `remove`.
 */
export class RoleCredentialsSource {
  readonly #cloudFormation = new CloudFormationClient({});
  readonly #lambda = new LambdaClient({});
  readonly #stacks: string[] = [];

  /** Credentials of the role under which the function with this description runs. */
  async ofFunction(description: string): Promise<RoleCredentials> {
    for await (const page of paginateListFunctions({ client: this.#lambda }, {})) {
      const found = page.Functions?.find((one) => one.Description === description);
      if (found?.Role !== undefined) return this.#handOut({ Function: functionUnder(found.Role) });
    }
    throw new Error(`no function is described as '${description}'`);
  }

  /** Credentials of a new role that may do what the statements say, and nothing else. */
  async ofStatements(statements: readonly TemplateStatement[]): Promise<RoleCredentials> {
    const trust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
    const document = (Statement: readonly object[]) => ({ Version: '2012-10-17', Statement });
    const Policies = statements.length === 0 ? [] : [{ PolicyName: 'own', PolicyDocument: document(statements) }];
    return this.#handOut({
      Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: document([trust]), Policies } },
      Function: functionUnder({ 'Fn::GetAtt': ['Role', 'Arn'] }),
    });
  }

  async remove(): Promise<void> {
    for (const StackName of this.#stacks) await this.#cloudFormation.send(new DeleteStackCommand({ StackName }));
    this.#cloudFormation.destroy();
    this.#lambda.destroy();
  }

  async #handOut(resources: object): Promise<RoleCredentials> {
    const StackName = `role-${randomUUID()}`;
    const TemplateBody = JSON.stringify({ Resources: resources });
    const Capabilities = ['CAPABILITY_IAM' as const];
    await this.#cloudFormation.send(new CreateStackCommand({ StackName, TemplateBody, Capabilities }));
    this.#stacks.push(StackName);
    for (let status = ''; status !== 'CREATE_COMPLETE'; await sleep(100)) {
      const { Stacks = [] } = await this.#cloudFormation.send(new DescribeStacksCommand({ StackName }));
      status = Stacks[0]?.StackStatus ?? 'missing';
      if (!/^CREATE_(IN_PROGRESS|COMPLETE)$/.test(status)) throw new Error(`stack ${StackName} is ${status}`);
    }
    const listed = await this.#cloudFormation.send(new ListStackResourcesCommand({ StackName }));
    const made = listed.StackResourceSummaries?.find(({ LogicalResourceId }) => LogicalResourceId === 'Function');
    const { Payload } = await this.#lambda.send(new InvokeCommand({ FunctionName: made?.PhysicalResourceId }));
    return JSON.parse(Payload?.transformToString() ?? '') as RoleCredentials;
  }
}

const functionUnder = (role: unknown) => ({
  Type: 'AWS::Lambda::Function',
  Properties: { Runtime: 'nodejs22.x', Handler: 'index.handler', Role: role, Code: { ZipFile: HANDLER } },
});
