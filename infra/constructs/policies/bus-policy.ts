import { Stack, Token } from 'aws-cdk-lib';
import { CfnEventBusPolicy, type EventBus } from 'aws-cdk-lib/aws-events';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LanewayError } from '../../../shared/domain/base/errors.js';
import { PUBLISH_KEYS, PUT_EVENTS } from './publish-rights.js';

/** Sources of every application of Laneway. No ingress may take them, so that nobody outside needs them. */
export const OWN_SOURCES = 'laneway.*';

/** Characters that ARNs of further publishers may have together: a bus' policy holds 10,240, of which some are spoken for. */
const MOST_CHARACTERS = 8_000;

const PRINCIPAL_ARN = /^arn:[a-z-]+:iam::(\d{12}):(role|user)\/\S+$/;

/**
 * Path of the roles of an application. The bus believes sources of the application from principals under it: unlike a tag, which
 * whoever may tag his session gives himself, the path is part of the role, and set by whoever may make it.
 */
export function rolePathOf(application: string): string {
  return `/laneway/${application}/`;
}

/**
 * Has the bus refuse sources of applications from everybody but roles under the path of this one and `others`, whatever his own
 * policies allow: a call with one such entry, and one that names no source. Principals stand there as patterns, since a role that
 * is named would have to be there before its bus.
 *
 * @param others ARNs of IAM roles or users, with `*` and `?`
 * @throws LanewayError INVALID_OPTION for what is no such ARN, and for more than fit into the policy of a bus
 */
export function guardBus(bus: EventBus, application: string, others: readonly string[]): void {
  checkPrincipals(others);
  const { partition, account } = Stack.of(bus);
  const own = `arn:${partition}:iam::${account}:role${rolePathOf(application)}*`;
  const refuse = (statementId: string, conditions: Readonly<Record<string, unknown>>) =>
    new CfnEventBusPolicy(bus, statementId, {
      eventBusName: bus.eventBusName,
      statementId,
      statement: new PolicyStatement({
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: [PUT_EVENTS],
        resources: [bus.eventBusArn],
        // A caller without an ARN satisfies the negation, and is refused.
        conditions: { ArnNotLike: { 'aws:PrincipalArn': [own, ...others] }, ...conditions },
      }).toStatementJson() as unknown,
    });
  const first = refuse('OwnSources', { 'ForAnyValue:StringLike': { [PUBLISH_KEYS.sources]: [OWN_SOURCES] } });
  // Both change the one policy of the bus.
  refuse('NoSource', { Null: { [PUBLISH_KEYS.sources]: 'true' } }).addResourceDependency(first);
}

function checkPrincipals(others: readonly string[]): void {
  for (const other of others) {
    if (Token.isUnresolved(other) || PRINCIPAL_ARN.test(other)) continue;
    throw new LanewayError('INVALID_OPTION', `publishers has ${JSON.stringify(other)}`, {
      help: [
        "allowed: ARNs of IAM roles or users of one account, '*' and '?' in their names",
        'for example arn:aws:iam::111122223333:role/operators/*',
      ],
    });
  }
  const length = others.join('').length;
  if (length <= MOST_CHARACTERS) return;
  throw new LanewayError('INVALID_OPTION', `publishers has ${length} characters in ${others.length} ARNs`, {
    help: [
      `allowed: ${MOST_CHARACTERS} together, as a bus' policy holds 10,240`,
      'give the roles one path, and name that',
    ],
  });
}
