import type { IAspect } from 'aws-cdk-lib';
import { ManagedPolicy, Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { ministackActions } from './ministack-gaps.js';

interface AllowedOrDenied {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  /** Tokens, where they are references. */
  readonly Resource: string | readonly string[];
}

/**
 * Adds to every policy the actions that MiniStack asks for in the place of those that AWS asks for and the policy allows. It
 * does so in templates for that engine only, so that no policy on AWS holds an action or a resource for an engine's sake.
 */
export class MinistackActions implements IAspect {
  visit(node: IConstruct): void {
    if (!(node instanceof Policy || node instanceof ManagedPolicy)) return;
    const { Statement = [] } = (node.document.toJSON() ?? {}) as { Statement?: readonly AllowedOrDenied[] };
    const allowed = Statement.filter(({ Effect }) => Effect === 'Allow');
    const having = (action: string) => allowed.filter(({ Action }) => [Action].flat().includes(action));
    for (const { asks, inPlaceOf, on } of ministackActions) {
      const resources = [...new Set(having(inPlaceOf).flatMap(({ Resource }) => (on === 'all' ? '*' : Resource)))];
      const already = having(asks).flatMap(({ Resource }) => Resource);
      // An aspect may visit again.
      if (resources.every((resource) => already.includes(resource))) continue;
      node.document.addStatements(new PolicyStatement({ actions: [asks], resources }));
    }
  }
}
