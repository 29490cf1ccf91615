import { BlockList } from 'node:net';
import { equalText, fill, keyOf, likeArn, likeText, type ConditionKeys, type Filled } from './patterns.js';

/** Conditions of a statement: operator, key, values. */
export type ConditionBlock = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** Reading of an operator for single values on a key of several: `possible` holds for some value, `certain` for all. */
export type Certainty = 'possible' | 'certain';

type Test = (pattern: Filled, value: string, text: string) => boolean;

const number = (compare: (given: number, wanted: number) => boolean): Test => {
  return (_, value, text) => compare(Number(value), Number(text));
};
const date = (compare: (given: number, wanted: number) => boolean): Test => {
  return (_, value, text) => compare(instant(value), instant(text));
};

/** Operators that are not negations; `Not` in a name negates one. */
const TESTS: Readonly<Record<string, Test>> = {
  StringEquals: equalText,
  StringEqualsIgnoreCase: (_, value, text) => value.toLowerCase() === text.toLowerCase(),
  StringLike: likeText,
  ArnEquals: likeArn,
  ArnLike: likeArn,
  Bool: (_, value, text) => value.toLowerCase() === text.toLowerCase(),
  IpAddress: (_, value, text) => inRange(value, text),
  NumericEquals: number((given, wanted) => given === wanted),
  NumericLessThan: number((given, wanted) => given < wanted),
  NumericLessThanEquals: number((given, wanted) => given <= wanted),
  NumericGreaterThan: number((given, wanted) => given > wanted),
  NumericGreaterThanEquals: number((given, wanted) => given >= wanted),
  DateEquals: date((given, wanted) => given === wanted),
  DateLessThan: date((given, wanted) => given < wanted),
  DateLessThanEquals: date((given, wanted) => given <= wanted),
  DateGreaterThan: date((given, wanted) => given > wanted),
  DateGreaterThanEquals: date((given, wanted) => given >= wanted),
};

/** True when all operators and all their keys hold. @throws Error for an operator that is not known here */
export function conditionsHold(block: ConditionBlock, keys: ConditionKeys, certainty: Certainty): boolean {
  return Object.entries(block).every(([operator, wanted]) =>
    Object.entries(wanted).every(([key, values]) =>
      operatorHolds(operator, keyOf(keys, key), [values].flat(), { keys, certainty }),
    ),
  );
}

interface Setting {
  readonly keys: ConditionKeys;
  readonly certainty: Certainty;
}

function operatorHolds(
  operator: string,
  given: string | readonly string[] | undefined,
  wanted: readonly string[],
  { keys, certainty }: Setting,
): boolean {
  if (operator === 'Null') return wanted.includes(String(given === undefined));
  const [, set, name = '', ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(.*?)(IfExists)?$/.exec(operator) ?? [];
  const negated = /^(String|Arn|Numeric|Date)Not|^NotIp/.test(name);
  const test = TESTS[name.replace(/^(String|Arn|Numeric|Date)Not/, '$1').replace(/^NotIp/, 'Ip')];
  if (!test) throw new Error(`the condition operator ${operator} is not known here`);
  const holds = (value: string): boolean => {
    const one = wanted.some((text) => {
      const filled = fill(text, keys);
      return filled !== undefined && test(filled, value, text);
    });
    return one !== negated;
  };
  const values = given === undefined ? [] : [given].flat();
  if (set === 'ForAllValues') return values.every(holds);
  if (set === 'ForAnyValue') return values.some(holds) || (given === undefined && ifExists !== undefined);
  if (given === undefined) return negated || ifExists !== undefined;
  return certainty === 'certain' ? values.length > 0 && values.every(holds) : values.some(holds);
}

function instant(text: string): number {
  return /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}

function inRange(value: string, range: string): boolean {
  const [address = '', bits] = range.split('/');
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  if (bits === undefined) list.addAddress(address, family);
  else list.addSubnet(address, Number(bits), family);
  return list.check(value, value.includes(':') ? 'ipv6' : 'ipv4');
}
