import type { Json } from '../../domain/base/json.js';
import type { KeepPath } from '../../domain/request/keep-path.js';
import { GATHERED_BYTES, STATE_BYTES } from '../../domain/execution/kept-state.js';
import { keptIn, toJsonata, wrap, type Base } from './expression.js';
import {
  allSteps,
  isCondition,
  type MapStep,
  type NamedSteps,
  type ValueOrigin,
  type Step,
  type Value,
} from '../record/outline.js';
import type { Refuse } from '../record/references.js';
import { insteadOf, pathOf } from '../record/uses.js';

/** Number of elements that a map is assumed to have where its list is not known yet. */
const ELEMENTS = 100;

/** Factor for the data of a start message, which never travels by reference: it may take 200 of 256 KiB. */
const START_COUNTS = 4;

/**
 * Values that come together in one place of the state, and the results (or lists of results) that they are taken from.
 */
interface Weight {
  readonly parts: readonly Part[];
  readonly origins: ReadonlySet<ValueOrigin>;
}

/** A part of the value of an origin. */
interface Part {
  readonly origin: ValueOrigin;
  readonly path: KeepPath;
}

/** Number of values in one place, to be multiplied by the elements of these maps. */
interface Share {
  readonly values: number;
  readonly maps: readonly MapStep[];
}

/** Number of values that may all have the full {@link STATE_BYTES}. */
const AT_EASE = Math.floor(GATHERED_BYTES / STATE_BYTES);

const NOTHING: Weight = { parts: [], origins: new Set() };

/**
 * Counts the values that come together in one place with the value of an origin: in the payload of a message, as
 * results of branches or elements, in the data that a workflow completes with. The more there are, the less of each is
 * kept by value (`keptState`).
 */
export class StateBudget {
  readonly #gatherings: { readonly weight: Weight; readonly map?: MapStep }[] = [];
  readonly #steps = new Map<ValueOrigin, Step>();
  readonly #items = new Map<ValueOrigin, MapStep>();
  readonly #inside = new Map<MapStep, ReadonlySet<Step>>();
  readonly #known = new Map<ValueOrigin, Share>();
  readonly #kept: Base;

  constructor(
    { root, names }: NamedSteps,
    private readonly refuse: Refuse,
  ) {
    this.#kept = keptIn(names);
    const isRead = (origin: ValueOrigin): boolean => names.variableOf(origin) !== undefined;
    for (const { step } of allSteps(root)) {
      if ('origin' in step) this.#steps.set(step.origin, step);
      if (step.kind !== 'map') continue;
      this.#items.set(step.item, step);
      this.#inside.set(step, new Set([...allSteps(step.block)].map((inner) => inner.step)));
    }
    for (const { step } of allSteps(root)) {
      for (const values of gatheredIn(step, isRead)) this.#gatherings.push({ weight: this.#sum(values) });
      if (step.kind === 'map' && isRead(step.origin) && step.block.result)
        this.#gatherings.push({ weight: this.#weight(step.block.result), map: step });
    }
  }

  /** The count for the result of a step, as a literal or as an expression that the step evaluates; undefined where it is small. */
  of(step: Extract<Step, { readonly origin: ValueOrigin }>): Json | undefined {
    const { values, maps } = this.#share(step.origin);
    const around = maps.filter((map) => this.#inside.get(map)?.has(step));
    const beyond = maps.length - around.length;
    const number = values * ELEMENTS ** beyond;
    if (around.length === 0) return number > AT_EASE ? number : undefined;
    const counts = around.map(
      ({ items }) => `$count(${toJsonata({ kind: 'reference', target: items }, this.#kept, this.refuse)})`,
    );
    return wrap([...(number > 1 ? [String(number)] : []), ...counts].join(' * '));
  }

  #share(origin: ValueOrigin): Share {
    const known = this.#known.get(origin);
    if (known) return known;
    const shares = this.#gatherings
      .filter(({ weight }) => weight.origins.has(origin))
      .map(({ weight, map }): Share => {
        const values =
          valuesIn(weight) * (weight.parts.some(({ origin: { kind } }) => kind === 'start') ? START_COUNTS : 1);
        if (!map) return { values, maps: [] };
        const outer = this.#share(map.origin);
        return { values: values * outer.values, maps: [...outer.maps, map] };
      });
    const share: Share = {
      values: Math.max(1, ...shares.map(({ values }) => values)),
      maps: [...new Set(shares.flatMap(({ maps }) => maps))],
    };
    this.#known.set(origin, share);
    return share;
  }

  #sum(values: readonly Value[]): Weight {
    return values.map((value) => this.#weight(value)).reduce(together, NOTHING);
  }

  #weight(value: Value): Weight {
    if (value.kind === 'reference' && value.target.derivations.some(isCondition)) return NOTHING;
    if (value.kind === 'reference') return this.#of(value.target.origin, pathOf(value.target.derivations));
    if (value.kind === 'list') return this.#sum(value.items);
    return value.kind === 'object' ? this.#sum(value.fields.map(([, field]) => field)) : NOTHING;
  }

  #of(origin: ValueOrigin, path: KeepPath): Weight {
    if (origin.kind === 'start') return { parts: [{ origin, path: [] }], origins: new Set() };
    if (origin.kind === 'position') return NOTHING;
    const items = this.#items.get(origin);
    if (items) return this.#of(items.items.origin, []);
    const step = this.#steps.get(origin);
    if (step?.kind === 'map') return { parts: [{ origin, path }], origins: new Set([origin]) };
    if (!step || step.kind === 'match')
      return origin
        .parts()
        .map((part) => this.#weight(part))
        .reduce(oneOf, NOTHING);
    const own: Weight = { parts: [{ origin, path }], origins: new Set([origin]) };
    return insteadOf(step)
      .map((value) => this.#weight(value))
      .reduce(oneOf, own);
  }
}

/** Counts parts of one value as one value, unless one is within another: apart they are no longer than the whole. */
function valuesIn({ parts }: Weight): number {
  const byOrigin = new Map<ValueOrigin, KeepPath[]>();
  for (const { origin, path } of parts) byOrigin.set(origin, [...(byOrigin.get(origin) ?? []), path]);
  return [...byOrigin.values()].reduce((sum, paths) => sum + (overlap(paths) ? paths.length : 1), 0);
}

function overlap(paths: readonly KeepPath[]): boolean {
  return paths.some((path, at) =>
    paths.some(
      (other, index) => index !== at && path.every((hop, depth) => depth < other.length && hop === other[depth]),
    ),
  );
}

/** Values that one state holds at once. */
function gatheredIn(step: Step, isRead: (origin: ValueOrigin) => boolean): readonly (readonly Value[])[] {
  const given = (values: readonly (Value | undefined)[]) => [values.filter((value) => value !== undefined)];
  switch (step.kind) {
    case 'request':
      return [
        ...given([step.data, step.compensation?.data, step.priority, step.to]),
        ...insteadOf(step).map((one) => [one]),
      ];
    case 'receive':
      return insteadOf(step).map((value) => [value]);
    case 'match':
      return isRead(step.origin) ? step.arms.flatMap(({ block }) => given([block.result])) : [];
    case 'publish':
    case 'run':
      return given([step.data]);
    case 'approval':
      return given([step.title, step.details]);
    case 'complete':
      return given([step.data]);
    case 'parallel':
      return given(step.branches.map(({ block, origin }) => (isRead(origin) ? block.result : undefined)));
    default:
      return [];
  }
}

function together(a: Weight, b: Weight): Weight {
  return { parts: [...a.parts, ...b.parts], origins: new Set([...a.origins, ...b.origins]) };
}

/** The weight of a value that is one of two: parts of the heavier one, origins of both. */
function oneOf(a: Weight, b: Weight): Weight {
  return { parts: valuesIn(a) >= valuesIn(b) ? a.parts : b.parts, origins: new Set([...a.origins, ...b.origins]) };
}
