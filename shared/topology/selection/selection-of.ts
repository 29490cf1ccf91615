import { LanewayError } from '../../domain/base/errors.js';
import {
  DEFAULT_WEIGHTS,
  looksAtStandings,
  ON_NOBODY,
  SELECTION_STRATEGIES,
  type SelectionModel,
  type SelectionWeights,
} from '../../domain/selection/selection.js';
import type { SelectionSpec } from './selection-spec.js';

/** Channel whose selection is checked. */
export interface SelectingChannel {
  readonly name: string;
  /** True when it carries a command. */
  readonly isCommanding: boolean;
  /** True when a rung of its ladder asks a person. */
  readonly asksPerson: boolean;
  /** Place of the channel in its topology, for errors. */
  readonly place: string;
}

const TOLERANCE = 1e-9;

/**
 * The selection of a channel, checked and complete; none for `first`, which chooses without one.
 * @throws LanewayError INVALID_TOPOLOGY for a channel without commands, an unknown strategy, weights that do not sum to 1
 * or that nothing uses, and an `onNobody` that could not be carried out
 */
export function selectionOf(spec: SelectionSpec | undefined, channel: SelectingChannel): SelectionModel | undefined {
  if (spec === undefined) return undefined;
  const { name, place } = channel;
  const where = `${place}.selection`;
  const given = typeof spec === 'string' ? { by: spec } : spec;
  const { by, weights, onNobody = 'wait' } = given;
  if (!SELECTION_STRATEGIES.includes(by))
    invalid(`selection is ${JSON.stringify(by ?? spec)}`, `allowed: ${quoted(SELECTION_STRATEGIES)}`, where);
  if (!channel.isCommanding)
    invalid(
      `channel '${name}' selects by '${by}', but carries no command`,
      'an event goes to every subscriber: leave `selection` out, or carry a command',
      where,
    );
  const others = Object.keys(given).filter((key) => !['by', 'weights', 'onNobody'].includes(key));
  if (others.length > 0) invalid(`selection has ${quoted(others)}`, 'allowed: by, weights, onNobody', where);
  if (given.weights !== undefined && by !== 'score')
    invalid(
      `'${by}' is given weights`,
      "only 'score' weighs: leave them out, or select by 'score'",
      `${where}.weights`,
    );
  if (given.onNobody !== undefined && !looksAtStandings(by))
    invalid(
      `'${by}' is given onNobody`,
      "only 'least-loaded' and 'score' know who can take a command: leave it out, or select by one of them",
      `${where}.onNobody`,
    );
  if (!ON_NOBODY.includes(onNobody))
    invalid(`onNobody is ${JSON.stringify(onNobody)}`, `allowed: ${quoted(ON_NOBODY)}`, `${where}.onNobody`);
  if (onNobody === 'person' && !channel.asksPerson)
    invalid(
      `channel '${name}' goes to a person when nobody can take a command, and its ladder asks none`,
      "add { person: '1 day' } to its `escalation`: the rung says how long the person has",
      `${where}.onNobody`,
    );
  if (by === 'first') return undefined;
  if (by === 'round-robin') return { by };
  if (by === 'least-loaded') return { by, onNobody };
  return { by, weights: weightsOf(weights, `${where}.weights`), onNobody };
}

const PARTS = Object.keys(DEFAULT_WEIGHTS) as (keyof SelectionWeights)[];

function weightsOf(given: SelectionWeights = DEFAULT_WEIGHTS, where: string): SelectionWeights {
  const names: readonly string[] = PARTS;
  const unknown = Object.keys(given).filter((name) => !names.includes(name));
  const missing = PARTS.filter((name) => given[name] === undefined);
  if (unknown.length > 0 || missing.length > 0)
    invalid(
      `the weights are of ${Object.keys(given).join(', ') || 'nothing'}`,
      `allowed: exactly ${PARTS.join(', ')}`,
      where,
    );
  for (const name of PARTS)
    if (!(given[name] >= 0 && given[name] <= 1))
      invalid(`the weight of ${name} is ${String(given[name])}`, 'allowed: 0 to 1', where);
  const sum = PARTS.reduce((total, name) => total + given[name], 0);
  if (Math.abs(sum - 1) > TOLERANCE)
    invalid(
      `the weights sum to ${String(Math.round(sum * 1e6) / 1e6)} (${PARTS.map((name) => `${name} ${given[name]}`).join(', ')})`,
      'allowed: weights that sum to 1',
      where,
    );
  const { specialization, load, success, proximity } = given;
  return { specialization, load, success, proximity };
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ');
}

function invalid(what: string, help: string, where: string): never {
  throw new LanewayError('INVALID_TOPOLOGY', what, { help: [`${help}   (${where})`] });
}
