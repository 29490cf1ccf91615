import type { Keep } from '../../domain/request/keep.js';
import type { KeepPath } from '../../domain/request/keep-path.js';
import {
  allSteps,
  isCondition,
  operandsOf,
  type Block,
  type Derivation,
  type MapStep,
  type NamedSteps,
  type Names,
  type ValueOrigin,
  type Step,
  type Target,
  type Value,
} from './outline.js';
import { isList } from './shape.js';

/** Purpose of a value: it is passed on, looked at by the machine, or only has to be there. */
export type Purpose = keyof Omit<Keep, 'share'>;

/** Paths into the value of an origin by purpose. */
export type Uses = Readonly<Record<Purpose, readonly KeepPath[]>>;

/**
 * Finds the parts of each origin's value that a workflow uses. Every expression that the compiler writes is searched,
 * and the result of an arm, a branch or the elements of a map is followed to its origin.
 */
export function usesIn({ root, names }: NamedSteps): ReadonlyMap<ValueOrigin, Uses> {
  const search = new Search(root, names);
  for (const { step } of allSteps(root)) search.step(step);
  return search.found;
}

/** Other values that an origin may have: those taken as the reply when there is none. */
export function insteadOf(step: Step): readonly Value[] {
  return [
    ...('onTimeout' in step && step.onTimeout ? [step.onTimeout] : []),
    ...('onFailure' in step && step.onFailure ? [step.onFailure] : []),
  ];
}

class Search {
  readonly found = new Map<ValueOrigin, Record<Purpose, KeepPath[]>>();
  readonly #seen = new Map<ValueOrigin, Set<string>>();
  readonly #steps = new Map<ValueOrigin, Step>();
  readonly #items = new Map<ValueOrigin, MapStep>();

  constructor(
    root: Block,
    private readonly names: Names,
  ) {
    for (const { step } of allSteps(root)) {
      if ('origin' in step) this.#steps.set(step.origin, step);
      if (step.kind === 'map') this.#items.set(step.item, step);
    }
  }

  /** Notes the uses in the expressions of one step. */
  step(step: Step): void {
    switch (step.kind) {
      case 'request':
        if (step.compensation) this.#value(step.compensation.data, [], 'pass', step.origin);
        return this.#sent(step);
      case 'publish':
        return this.#sent(step);
      case 'run':
        return this.#value(step.data, [], 'pass');
      case 'wait':
        return 'until' in step.wait ? this.#value(step.wait.until, [], 'read') : undefined;
      case 'receive':
        if (step.key) this.#value(step.key, [], 'read');
        return this.#isRead(step.origin) ? this.#instead(step) : undefined;
      case 'approval':
        this.#value(step.title, [], 'read');
        return step.details ? this.#value(step.details, [], 'pass') : undefined;
      case 'match':
        this.#target(step.on, [], 'read');
        for (const { block } of step.arms) this.#result(block, step.origin);
        return;
      case 'parallel':
        for (const { block, origin } of step.branches) this.#result(block, origin);
        return;
      case 'map':
        this.#target(step.items, [null], 'exists');
        return this.#result(step.block, step.origin);
      case 'complete':
        return step.data ? this.#value(step.data, [], 'pass') : undefined;
      case 'fail':
        return undefined;
    }
  }

  #sent(step: Extract<Step, { kind: 'request' | 'publish' }>): void {
    this.#value(step.data, [], 'pass');
    if (step.priority) this.#value(step.priority, [], 'read');
    if (step.to) this.#value(step.to, [], 'read');
    if (step.kind === 'request' && this.#isRead(step.origin)) this.#instead(step);
  }

  /** Notes the result of a block: the machine evaluates all of it, whatever later steps use. */
  #result({ result }: Block, origin: ValueOrigin): void {
    if (result && this.#isRead(origin)) this.#value(result, [], 'exists');
  }

  #isRead(origin: ValueOrigin): boolean {
    return this.names.variableOf(origin) !== undefined;
  }

  #instead(step: Step): void {
    for (const value of insteadOf(step)) this.#value(value, [], 'exists');
  }

  /** Notes the use of a value. @param except origin whose value is filled in elsewhere */
  #value(value: Value, path: KeepPath, purpose: Purpose, except?: ValueOrigin): void {
    const [head, ...rest] = path;
    switch (value.kind) {
      case 'literal':
        return;
      case 'reference':
        return value.target.origin === except ? undefined : this.#target(value.target, path, purpose);
      case 'object':
        for (const [name, field] of value.fields) {
          if (head === undefined) this.#value(field, [], purpose, except);
          else if (head === name) this.#value(field, rest, purpose, except);
        }
        return;
      case 'list':
        for (const [index, item] of value.items.entries()) {
          if (head === undefined) this.#listed(item, purpose, except);
          else if (typeof head === 'string') this.#value(item, path, purpose, except);
          else if (head === null || head === index || head === index - value.items.length)
            this.#value(item, rest, purpose, except);
        }
    }
  }

  /**
   * Notes the use of an item of a list. JSONata builds a list from the elements of a list that stands in it, so that
   * the inner one cannot be a reference.
   */
  #listed(item: Value, purpose: Purpose, except: ValueOrigin | undefined): void {
    const within = item.kind === 'reference' && isList(item.target.shape) !== false;
    this.#value(item, within ? [null] : [], purpose, except);
  }

  #target({ origin, derivations }: Target, path: KeepPath, purpose: Purpose): void {
    const condition = derivations.findIndex(isCondition);
    if (condition >= 0) {
      for (const operand of derivations.slice(condition).flatMap(operandsOf)) this.#value(operand, [], 'read');
      // Presence can be told of a reference as well, so that the value may travel by reference.
      const looked = derivations
        .slice(condition)
        .some((derivation) => 'compare' in derivation || 'combine' in derivation);
      return this.#origin(origin, pathOf(derivations.slice(0, condition)), looked ? 'read' : 'pass');
    }
    this.#origin(origin, [...pathOf(derivations), ...path], purpose);
  }

  #origin(origin: ValueOrigin, path: KeepPath, purpose: Purpose): void {
    if (origin.kind === 'start' || origin.kind === 'position') return;
    const key = `${purpose} ${JSON.stringify(path)}`;
    const seen = this.#seen.get(origin) ?? new Set();
    if (seen.has(key)) return;
    this.#seen.set(origin, seen.add(key));
    const items = this.#items.get(origin);
    if (items) return this.#target(items.items, [null, ...path], purpose);
    const step = this.#steps.get(origin);
    if (step?.kind === 'map') return this.#mapped(step, path, purpose);
    for (const part of origin.parts()) this.#value(part, path, purpose);
    if (!step || step.kind === 'match') return;
    const uses = this.found.get(origin) ?? { pass: [], read: [], exists: [] };
    uses[purpose].push(path);
    this.found.set(origin, uses);
    for (const value of insteadOf(step)) this.#value(value, path, purpose);
  }

  /** Notes the use of a map's result: a list with one result for each element. */
  #mapped({ block }: MapStep, path: KeepPath, purpose: Purpose): void {
    const [head] = path;
    if (block.result) this.#value(block.result, typeof head === 'string' ? path : path.slice(1), purpose);
  }
}

/** Path of derivations without conditions and fallbacks: a fallback is a literal, and the value itself stands at the same place. */
export function pathOf(derivations: readonly Derivation[]): KeepPath {
  return derivations.flatMap((derivation): (string | number)[] =>
    'field' in derivation ? [derivation.field] : 'index' in derivation ? [derivation.index] : [],
  );
}
