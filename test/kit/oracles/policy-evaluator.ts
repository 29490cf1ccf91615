/** A statement of an identity policy, as a template holds it. */
export interface PolicyStatement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** A call as the conditions see it; a key with a list is multi-valued, an absent one is not in the request. */
export interface PolicyRequest {
  readonly action: string;
  readonly keys: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * Decides as IAM does ("Policy evaluation logic" in its user guide): an explicit Deny, else an Allow, else an implicit
 * Deny. Resources are the caller's to select, as a template names them by references. Knows the condition operators
 * that Laneway's policies use.
 *
 * @throws Error for an operator that it does not know, and for a pattern in an action
 */
export function decide(
  statements: readonly PolicyStatement[],
  request: PolicyRequest,
): 'allow' | 'deny' | 'implicit-deny' {
  const matching = statements.filter(({ Action, Condition = {} }) => {
    const actions = [Action].flat();
    if (actions.some((action) => action.includes('*'))) throw new Error(`a pattern: ${actions.join(', ')}`);
    return actions.includes(request.action) && holds(Condition, request);
  });
  if (matching.some(({ Effect }) => Effect === 'Deny')) return 'deny';
  return matching.some(({ Effect }) => Effect === 'Allow') ? 'allow' : 'implicit-deny';
}

/** All operators and all their keys have to hold. */
function holds(condition: NonNullable<PolicyStatement['Condition']>, { keys }: PolicyRequest): boolean {
  return Object.entries(condition).every(([operator, wanted]) =>
    Object.entries(wanted).every(([key, values]) => holdsFor(operator, keys[key], [values].flat())),
  );
}

function holdsFor(operator: string, given: string | readonly string[] | undefined, values: readonly string[]): boolean {
  const all = given === undefined ? [] : [given].flat();
  const single = (): string | undefined => {
    if (all.length > 1) throw new Error(`${operator} on a key of several values`);
    return all[0];
  };
  switch (operator) {
    case 'Null':
      return values.includes(String(given === undefined));
    case 'StringEquals':
      return values.includes(single() ?? '');
    case 'StringNotEquals':
      // Negated operators hold for a key that is not there.
      return !values.includes(single() ?? '');
    case 'ForAnyValue:StringEquals':
      return all.some((one) => values.includes(one));
    case 'ForAnyValue:StringNotEquals':
      return all.some((one) => !values.includes(one));
    case 'ForAllValues:StringEquals':
      return all.every((one) => values.includes(one));
    default:
      throw new Error(`the condition operator ${operator} is not known here`);
  }
}
