import { Aspects, CfnCondition, CfnResource, Fn, Stack, Tokenization, type IAspect } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { LanewayError } from '../../shared/domain/base/errors.js';
import { engineContextKey } from './engine.js';
import { leftOutCondition, type LeftOut } from './engine-gaps.js';
import { localstackGaps } from './localstack-gaps.js';
import { ministackGaps } from './ministack-gaps.js';
import { MinistackActions } from './ministack-actions.js';
import { MinistackConditions } from './ministack-conditions.js';
import { ParallelAsMap } from './parallel-as-map.js';

const gapsByEngine: Readonly<Record<string, readonly LeftOut[]>> = {
  ministack: ministackGaps.leftOut,
  'ministack-iam': ministackGaps.leftOut,
  localstack: localstackGaps.leftOut,
  other: [],
};

/**
 * Leaves out resources that the engine refuses, and writes otherwise those that it gets wrong, everywhere below `scope`. The
 * engine is the one in the CDK context (`laneway:engine`); without it, as for AWS, nothing is done. A resource that is left out
 * stays in the template under a condition that is false, so that the engine accepts the template and the bridge can read it.
 *
 * @throws LanewayError CONFIGURATION for an unknown engine.
 */
export function leaveOutForEngine(scope: IConstruct): void {
  const engine: unknown = scope.node.tryGetContext(engineContextKey);
  if (engine === undefined || engine === '' || engine === 'aws') return;
  const gaps = typeof engine === 'string' ? gapsByEngine[engine] : undefined;
  if (gaps === undefined) {
    throw new LanewayError('CONFIGURATION', `CDK context ${engineContextKey} is ${JSON.stringify(engine)}`, {
      help: [`known engines: ${Object.keys(gapsByEngine).join(', ')}; leave it out for the full AWS template`],
    });
  }
  if (gaps.length > 0) Aspects.of(scope).add(new LeaveOut(gaps));
  if (engine === 'ministack' || engine === 'ministack-iam') Aspects.of(scope).add(new ParallelAsMap());
  if (engine !== 'ministack-iam') return;
  Aspects.of(scope).add(new MinistackActions());
  Aspects.of(scope).add(new MinistackConditions());
}

class LeaveOut implements IAspect {
  constructor(private readonly gaps: readonly LeftOut[]) {}

  visit(node: IConstruct): void {
    if (!CfnResource.isCfnResource(node)) return;
    if (!this.gaps.some((gap) => matches(gap, node))) return;
    const condition = falseCondition(Stack.of(node));
    const own = node.cfnOptions.condition;
    // An aspect may visit again; a condition of the resource's own stays beside ours.
    if (own === condition) return;
    node.cfnOptions.condition = condition;
  }
}

function matches(gap: LeftOut, node: CfnResource): boolean {
  const type = node.cfnResourceType;
  const typed = gap.type.endsWith('*') ? type.startsWith(gap.type.slice(0, -1)) : type === gap.type;
  if (!typed || gap.having === undefined) return typed;
  const value: unknown = Reflect.get(node, gap.having);
  return value !== undefined && (!Array.isArray(value) || value.length > 0 || Tokenization.isResolvable(value));
}

function falseCondition(stack: Stack): CfnCondition {
  const existing = stack.node.tryFindChild(leftOutCondition);
  if (existing instanceof CfnCondition) return existing;
  return new CfnCondition(stack, leftOutCondition, { expression: Fn.conditionEquals('engine', 'aws') });
}
