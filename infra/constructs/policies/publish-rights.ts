import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { Effect, PolicyStatement, type IGrantable } from 'aws-cdk-lib/aws-iam';

/** Sources and types under which a publisher may put messages on the bus. */
export interface PublishRights {
  /** Sources it may publish under. */
  readonly sources: readonly string[];
  /** Names of the message types it may publish, or of those that it may not. */
  readonly types: readonly string[] | { readonly except: readonly string[] };
}

/** Condition keys of `PutEvents`: each holds the values of all entries of the call, so that only set operators judge it. */
export const PUBLISH_KEYS = { sources: 'events:source', types: 'events:detail-type' } as const;

/** The action by which messages come on the bus. */
export const PUT_EVENTS = 'events:PutEvents';
const BOTH = Object.values(PUBLISH_KEYS);

/**
 * `PutEvents` on the bus for calls whose every entry has one of these sources and types. A call without one of the two keys is
 * not allowed: an absent key satisfies `ForAllValues`, hence `Null`. Several of these in one role add up, each for calls of its own.
 */
export function allowPublish(grantee: IGrantable, bus: IEventBus, rights: PublishRights): void {
  const { listed, named } = typesOf(rights);
  const ofSources = { [PUBLISH_KEYS.sources]: [...rights.sources] };
  const ofTypes = { [PUBLISH_KEYS.types]: [...named] };
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      actions: [PUT_EVENTS],
      resources: [bus.eventBusArn],
      conditions: {
        'ForAllValues:StringEquals': { ...ofSources, ...(listed ? ofTypes : {}) },
        ...(listed || named.length === 0 ? {} : { 'ForAllValues:StringNotEquals': ofTypes }),
        Null: Object.fromEntries(BOTH.map((key) => [key, 'false'])),
      },
    }),
  );
}

/**
 * Denies every other call of `PutEvents` on the bus, whatever else the role is allowed later. Only for a role of one publisher:
 * the denies of two would leave nothing.
 */
export function denyOtherPublishing(grantee: IGrantable, bus: IEventBus, rights: PublishRights): void {
  const deny = (operator: string, key: string, value: string | readonly string[]) =>
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        effect: Effect.DENY,
        actions: [PUT_EVENTS],
        resources: [bus.eventBusArn],
        conditions: { [operator]: { [key]: value } },
      }),
    );
  const { listed, named } = typesOf(rights);
  deny('ForAnyValue:StringNotEquals', PUBLISH_KEYS.sources, [...rights.sources]);
  if (listed || named.length > 0)
    deny(`ForAnyValue:String${listed ? 'NotEquals' : 'Equals'}`, PUBLISH_KEYS.types, [...named]);
  // An absent key satisfies no `ForAnyValue`.
  for (const key of BOTH) deny('Null', key, 'true');
}

function typesOf({ types }: PublishRights): { readonly listed: boolean; readonly named: readonly string[] } {
  return 'except' in types ? { listed: false, named: types.except } : { listed: true, named: types };
}
