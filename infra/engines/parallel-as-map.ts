import { Token, type IAspect } from 'aws-cdk-lib';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { IConstruct } from 'constructs';
import type { AslDefinition } from '../../shared/workflow/compile/asl.js';
import { branchesAsMap } from '../../shared/workflow/compile/branches-as-map.js';

/**
 * Writes every parallel state as an inline map over its branches, which means the same: on MiniStack 1.5.33 the branches
 * of a parallel state share one task token, so that of two requests side by side one is never answered.
 */
export class ParallelAsMap implements IAspect {
  visit(node: IConstruct): void {
    if (!CfnStateMachine.isCfnStateMachine(node)) return;
    const { definitionString } = node;
    if (definitionString === undefined || Token.isUnresolved(definitionString)) return;
    node.definitionString = JSON.stringify(branchesAsMap(JSON.parse(definitionString) as AslDefinition));
  }
}
