import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { IngressModel } from '../../../shared/topology/model.js';
import { OWN_SOURCES } from './bus-policy.js';
import { PUBLISH_KEYS, PUT_EVENTS } from './publish-rights.js';

/** Properties of {@link IngressPolicy}. */
export interface IngressPolicyProps {
  /** Name of the topology. */
  readonly application: string;
  /** Ingress that takes the publisher's events. */
  readonly ingress: IngressModel;
  /** Bus of the application. */
  readonly bus: IEventBus;
}

/**
 * Rights of another system that publishes events for an ingress, as a managed policy for its role: events whose source, and
 * whose detail type where the ingress names some, fit the ingress' pattern, and none under a source of Laneway. A pattern of
 * EventBridge that IAM cannot express allows any text there.
 */
export class IngressPolicy extends Construct {
  /** Policy to attach to the role of the other system. */
  readonly policy: ManagedPolicy;

  constructor(scope: Construct, id: string, { application, ingress, bus }: IngressPolicyProps) {
    super(scope, id);
    const { source, 'detail-type': detailType } = ingress.pattern;
    const like = {
      [PUBLISH_KEYS.sources]: patternsOf(source),
      ...(Array.isArray(detailType) ? { [PUBLISH_KEYS.types]: patternsOf(detailType) } : {}),
    };
    const description = `Laneway: publishers for ingress ${ingress.name} of ${application}`;
    this.policy = new ManagedPolicy(this, 'Policy', { description });
    this.policy.addStatements(
      new PolicyStatement({
        actions: [PUT_EVENTS],
        resources: [bus.eventBusArn],
        conditions: {
          'ForAllValues:StringLike': like,
          'ForAllValues:StringNotLike': { [PUBLISH_KEYS.sources]: [OWN_SOURCES] },
          // An absent key satisfies `ForAllValues`.
          Null: Object.fromEntries(Object.keys(like).map((key) => [key, 'false'])),
        },
      }),
    );
  }
}

function patternsOf(matchers: unknown): string[] {
  return [...new Set(Array.isArray(matchers) ? matchers.map(patternOf) : ['*'])];
}

/** A matcher of EventBridge as a pattern of IAM; `*` for one that has no such form. */
function patternOf(matcher: unknown): string {
  if (typeof matcher === 'string') return literal(matcher);
  if (typeof matcher !== 'object' || matcher === null) return '*';
  const [[kind, value] = []] = Object.entries(matcher);
  if (typeof value !== 'string') return '*';
  if (kind === 'prefix') return `${literal(value)}*`;
  if (kind === 'suffix') return `*${literal(value)}`;
  // A backslash takes the meaning from what follows it.
  if (kind === 'wildcard')
    return value.replaceAll(/\\(.)|\*|([^*\\])/g, (all, plain?: string, other?: string) =>
      plain !== undefined || other !== undefined ? literal(plain ?? other ?? '') : all,
    );
  return '*';
}

/** A text without what IAM gives a meaning to. */
function literal(text: string): string {
  return text.replaceAll(/[*?$]/g, (sign) => `\${${sign}}`);
}
