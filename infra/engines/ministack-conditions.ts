import { Lazy, type IAspect, type IResolvable, type IResolveContext } from 'aws-cdk-lib';
import { CfnManagedPolicy, CfnPolicy } from 'aws-cdk-lib/aws-iam';
import { CfnKey } from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';
import { ministackUnknownKeys } from './ministack-gaps.js';

type Conditions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface Statement {
  readonly Effect: string;
  readonly Condition?: Conditions;
}

interface Document {
  readonly Statement: readonly Statement[];
}

/**
 * Takes the conditions on keys that MiniStack does not know out of policies: to it the keys are always absent, and policies that
 * fail closed on AWS would allow nothing. An Allow loses its conditions on them, a Deny goes as a whole. In templates for that
 * engine only.
 */
export class MinistackConditions implements IAspect {
  private readonly visited = new WeakSet<IConstruct>();

  visit(node: IConstruct): void {
    if (this.visited.has(node)) return;
    this.visited.add(node);
    if (node instanceof CfnPolicy || node instanceof CfnManagedPolicy) node.policyDocument = known(node.policyDocument);
    else if (node instanceof CfnKey) node.keyPolicy = known(node.keyPolicy);
  }
}

function known(original: unknown): IResolvable {
  return Lazy.uncachedAny({
    produce: (context: IResolveContext) => {
      const document = context.resolve(original) as Document;
      return { ...document, Statement: document.Statement.flatMap((one) => onMinistack(one)) };
    },
  });
}

/** A statement as templates for MiniStack have it: one, or none. */
export function onMinistack<Kind extends Statement>(statement: Kind): (Kind | Omit<Kind, 'Condition'>)[] {
  const { Condition, ...rest } = statement;
  if (!Condition || !keysOf(Condition).some(isUnknown)) return [statement];
  if (statement.Effect === 'Deny') return [];
  const kept = Object.entries(Condition).flatMap(([operator, block]) => {
    const others = Object.entries(block).filter(([key]) => !isUnknown(key));
    return others.length === 0 ? [] : [[operator, Object.fromEntries(others)] as const];
  });
  return [kept.length === 0 ? rest : { ...rest, Condition: Object.fromEntries(kept) }];
}

function keysOf(conditions: Conditions): string[] {
  return Object.values(conditions).flatMap((block) => Object.keys(block));
}

function isUnknown(key: string): boolean {
  return ministackUnknownKeys.some((unknown) => unknown === key);
}
