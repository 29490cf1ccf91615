import { conditionsHold, type Certainty, type ConditionBlock } from './conditions.js';
import { fill, likeIgnoringCase, likeText, type ConditionKeys } from './patterns.js';

/** A statement of a policy, its references resolved to texts. */
export interface PolicyStatement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  /** Only in a resource's policy. */
  readonly Principal?: '*' | Readonly<Record<string, string | readonly string[]>>;
  readonly Condition?: ConditionBlock;
}

/** A call as policies see it. */
export interface PolicyRequest {
  readonly action: string;
  readonly resource: string;
  /** ARN of the role or user that calls. @defaultValue none: a service or nobody */
  readonly principal?: string;
  /** Condition keys: a list for a key of several values; an absent one is not in the request. */
  readonly keys?: ConditionKeys;
}

/** Policies that decide together. */
export interface PolicySet {
  /** Statements of the caller's role. */
  readonly identity: readonly PolicyStatement[];
  /** Statements of the resource's own policy. */
  readonly resource?: readonly PolicyStatement[];
}

/** A decision: an explicit Deny wins, and what nobody allows is denied as well. */
export type PolicyDecision = 'allow' | 'deny' | 'implicit-deny';

/**
 * Decides as IAM does within one account ("Policy evaluation logic" in its user guide). What AWS leaves open, an operator
 * for single values on a key of several, is decided for the attacker: an Allow holds where it may, a Deny where it must.
 *
 * @throws Error for a condition operator or a part of a statement that it does not know
 */
export function evaluatePolicies({ identity, resource = [] }: PolicySet, request: PolicyRequest): PolicyDecision {
  const keys = requestKeys(request);
  const applies = (statement: PolicyStatement) => matches(statement, { ...request, keys });
  const named = resource.filter((statement) => namesPrincipal(statement, request.principal));
  const holding = [...identity, ...named].filter(applies);
  if (holding.some(({ Effect }) => Effect === 'Deny')) return 'deny';
  return holding.some(({ Effect }) => Effect === 'Allow') ? 'allow' : 'implicit-deny';
}

function requestKeys({ principal, keys }: PolicyRequest): ConditionKeys {
  return { ...(principal === undefined ? {} : { 'aws:PrincipalArn': principal }), ...keys };
}

function matches(statement: PolicyStatement, { action, resource, keys }: Required<Omit<PolicyRequest, 'principal'>>) {
  const certainty: Certainty = statement.Effect === 'Deny' ? 'certain' : 'possible';
  const { Action, NotAction, Resource, NotResource, Condition = {} } = statement;
  const onAction = listOf(Action ?? NotAction).some((pattern) => likeIgnoringCase(pattern, action));
  if (onAction !== (Action !== undefined)) return false;
  const onResource = listOf(Resource ?? NotResource).some((pattern) => {
    const filled = fill(pattern, keys);
    return filled !== undefined && likeText(filled, resource);
  });
  if (onResource !== (Resource !== undefined)) return false;
  return conditionsHold(Condition, keys, certainty);
}

function namesPrincipal({ Principal }: PolicyStatement, principal: string | undefined): boolean {
  if (Principal === undefined) throw new Error("a statement of a resource's policy names no principal");
  if (Principal === '*') return true;
  return listOf(Principal['AWS']).some(
    (one) => one === '*' || one === principal || (one.endsWith(':root') && accountOf(one) === accountOf(principal)),
  );
}

function accountOf(arn: string | undefined): string | undefined {
  return arn?.split(':')[4];
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : [value].flat();
}
