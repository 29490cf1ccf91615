/** Values of condition keys in a request: a list for a key of several values. */
export type ConditionKeys = Readonly<Record<string, string | readonly string[]>>;

/** A text of a policy after its variables: literal parts, and the wildcards between them. */
export type Filled = readonly (string | { readonly wildcard: '*' | '?' })[];

/**
 * Fills the variables of a policy's text (IAM user guide, "Policy variables"): keys of one value, `${*}`, `${?}`, `${$}`, and
 * defaults. What a variable holds is literal, its wildcards too.
 * @returns undefined when a variable has no value, so that the text matches nothing
 */
export function fill(text: string, keys: ConditionKeys): Filled | undefined {
  const parts: (string | { wildcard: '*' | '?' })[] = [];
  for (const [token] of text.matchAll(/\$\{[^}]*\}|[*?]|[^$*?]+|\$/g)) {
    if (token === '*' || token === '?') parts.push({ wildcard: token });
    else if (token.startsWith('${')) {
      const value = variable(token.slice(2, -1), keys);
      if (value === undefined) return undefined;
      parts.push(value);
    } else parts.push(token);
  }
  return parts;
}

function variable(name: string, keys: ConditionKeys): string | undefined {
  if (['*', '?', '$'].includes(name)) return name;
  const [key = '', otherwise] = name.split(/,\s*/);
  const value = keyOf(keys, key);
  if (typeof value === 'string') return value;
  // A key of several values cannot be used as a variable.
  return value === undefined ? otherwise?.replace(/^'(.*)'$/, '$1') : undefined;
}

/** Value of a condition key; names of keys have no case. */
export function keyOf(keys: ConditionKeys, name: string): string | readonly string[] | undefined {
  return Object.entries(keys).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

/** Compares with wildcards; `*` stands for any characters, `:` and `/` among them. */
export function likeText(pattern: Filled, value: string): boolean {
  return expression(pattern, 's').test(value);
}

function expression(pattern: Filled, flags: string): RegExp {
  const source = pattern.map((part) => (typeof part === 'string' ? escaped(part) : part.wildcard === '*' ? '.*' : '.'));
  return new RegExp(`^${source.join('')}$`, flags);
}

/** Expressions of actions, by pattern: the few patterns of a policy are asked about thousands of calls. */
const actions = new Map<string, RegExp>();

/** Compares the names of actions. */
export function likeIgnoringCase(pattern: string, value: string): boolean {
  const made = actions.get(pattern) ?? expression(fill(pattern, {}) ?? [], 'si');
  actions.set(pattern, made);
  return made.test(value);
}

/** Compares without wildcards. */
export function equalText(pattern: Filled, value: string): boolean {
  return pattern.map((part) => (typeof part === 'string' ? part : part.wildcard)).join('') === value;
}

/** Compares ARNs: each of the six parts between colons by itself (IAM user guide, "ARN condition operators"). */
export function likeArn(pattern: Filled, value: string): boolean {
  const wanted = splitArn(pattern);
  const given = value.split(':');
  if (wanted.length < 6 || given.length < 6) return false;
  const parts = [...given.slice(0, 5), given.slice(5).join(':')];
  return parts.every((part, index) => likeText(wanted[index] ?? [], part));
}

function splitArn(pattern: Filled): Filled[] {
  const parts: (string | { wildcard: '*' | '?' })[][] = [[]];
  for (const one of pattern) {
    if (typeof one !== 'string') parts.at(-1)?.push(one);
    else
      for (const [index, text] of one.split(':').entries()) {
        if (index > 0 && parts.length < 6) parts.push([]);
        else if (index > 0) parts.at(-1)?.push(':');
        parts.at(-1)?.push(text);
      }
  }
  return parts;
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
