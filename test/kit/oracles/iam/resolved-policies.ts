import { CfnResource, Stack } from 'aws-cdk-lib';
import { CfnEventBusPolicy } from 'aws-cdk-lib/aws-events';
import { CfnManagedPolicy, CfnPolicy, CfnRole } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { PolicyStatement } from './policy-evaluator.js';

const ACCOUNT = '111122223333';
const ARN = `arn:aws:any:us-east-1:${ACCOUNT}:`;

/** A role, or a managed policy that an owner attaches to a role of his own, with all that it allows and denies. */
export interface Identity {
  /** Path of the construct in the application. */
  readonly path: string;
  /** ARN of the role; that of some role outside for a managed policy. */
  readonly principal: string;
  /** Statements of all its policies. */
  readonly statements: readonly PolicyStatement[];
}

/** A resource, and the texts that policies name it by: its ARN, and for some kinds their reference. */
export interface ResolvedResource {
  /** Path of the construct in the application. */
  readonly path: string;
  readonly texts: readonly [arn: string, reference: string];
}

/**
 * Policies below a construct, decided about without a deployment: references are resolved to texts in which a resource always
 * has the same name, so that the ARN of a table in one stack is that in the policies of another. No template is synthesized, so
 * that hundreds of topologies can be looked at.
 */
export class ResolvedPolicies {
  private readonly nodes: readonly CfnResource[];

  constructor(root: IConstruct) {
    this.nodes = root.node.findAll().filter((node) => CfnResource.isCfnResource(node));
  }

  /** Every role with its inline policies and the managed ones of the application. */
  get roles(): Identity[] {
    return this.all(CfnRole).map((role) => {
      const managed = [Stack.of(role).resolve(role.managedPolicyArns) ?? []].flat().map(resolvedText);
      return {
        path: role.node.path,
        principal: principalOf(role),
        statements: [
          ...this.all(CfnPolicy).filter((policy) => this.attaches(policy, role)),
          ...this.all(CfnManagedPolicy).filter(
            (policy) => this.attaches(policy, role) || managed.includes(resolvedText({ Ref: logicalId(policy) })),
          ),
        ].flatMap((policy) => statementsOf(policy)),
      };
    });
  }

  /** Every managed policy, as worn by a role outside that has nothing else. */
  get managedPolicies(): Identity[] {
    return this.all(CfnManagedPolicy).map((policy) => ({
      path: policy.node.path,
      principal: `arn:aws:iam::${ACCOUNT}:role/outside`,
      statements: statementsOf(policy),
    }));
  }

  /** Statements of the policies of buses. */
  get busPolicy(): PolicyStatement[] {
    return this.all(CfnEventBusPolicy).map((policy) => statementOf(Stack.of(policy).resolve(policy.statement)));
  }

  /** Every resource of a CloudFormation type, with the texts that stand for it in policies. */
  resources(type: string): ResolvedResource[] {
    return this.nodes
      .filter((node) => node.cfnResourceType === type)
      .map((node) => ({ path: node.node.path, texts: [`${ARN}${logicalId(node)}`, logicalId(node)] }));
  }

  /** The only role or managed policy whose path ends so. @throws Error for none, or several */
  identity(end: string): Identity {
    const found = [...this.roles, ...this.managedPolicies].filter(({ path }) => path.endsWith(end));
    const [only] = found;
    if (found.length !== 1 || !only) throw new Error(`${found.length} roles or policies end with ${end}`);
    return only;
  }

  /** A client: its own policy, and that of all clients, as worn by a role outside that has nothing else. */
  client(name: string): Identity {
    const own = this.identity(`/Client-${name}/Policy/Resource`);
    return { ...own, statements: [...own.statements, ...this.identity('/Shared/Clients/Resource').statements] };
  }

  private attaches(policy: CfnPolicy | CfnManagedPolicy, role: CfnRole): boolean {
    const roles = (Stack.of(policy).resolve(policy.roles) ?? []) as readonly unknown[];
    return roles.some((one) => resolvedText(one) === logicalId(role));
  }

  private all<Kind extends CfnResource>(kind: abstract new (...args: never[]) => Kind): Kind[] {
    return this.nodes.filter((node): node is Kind => node instanceof kind);
  }
}

/** A value of a template as a text: ARNs have the logical id of their resource, and pseudo parameters some value. */
export function resolvedText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[key, inner] = ['', undefined]] = Object.entries(value);
  if (key === 'Ref') return PSEUDO[String(inner)] ?? String(inner);
  if (key === 'Fn::GetAtt') {
    const [id = '', attribute = ''] = inner as string[];
    return /Arn$/.test(attribute) ? `${ARN}${id}${attribute === 'Arn' ? '' : `.${attribute}`}` : `${id}.${attribute}`;
  }
  if (key === 'Fn::Join') {
    const [separator = '', parts = []] = inner as [string, unknown[]];
    return parts.map(resolvedText).join(separator);
  }
  return JSON.stringify(value);
}

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'us-east-1',
  'AWS::AccountId': ACCOUNT,
};

function principalOf(role: CfnRole): string {
  return `arn:aws:iam::${ACCOUNT}:role${role.path ?? '/'}${logicalId(role)}`;
}

function logicalId(node: CfnResource): string {
  return String(Stack.of(node).resolve(Stack.of(node).getLogicalId(node)));
}

function statementsOf(policy: CfnPolicy | CfnManagedPolicy): PolicyStatement[] {
  const document = Stack.of(policy).resolve(policy.policyDocument) as { readonly Statement: readonly unknown[] };
  return document.Statement.map(statementOf);
}

/** A statement whose every value is a text. */
function statementOf(raw: unknown): PolicyStatement {
  return texts(raw) as PolicyStatement;
}

function texts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(texts);
  if (typeof value !== 'object' || value === null) return String(value);
  const keys = Object.keys(value);
  if (keys.length === 1 && /^(Ref|Fn::)/.test(keys[0] ?? '')) return resolvedText(value);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, texts(one)]));
}
