import * as z from 'zod';
import { didYouMean } from '../../domain/base/errors.js';
import { PRIORITIES } from '../../domain/base/priority.js';
import type { Json } from '../../domain/base/json.js';
import { isSameType, type MessageType } from '../../message/message-type.js';
import { isMeant, type Addressee } from '../../topology/addressing.js';
import type { TopologyModel } from '../../topology/model.js';
import { describeReference, type Target, type Value } from '../record/outline.js';
import type { Refuse } from '../record/references.js';
import { literalsOf } from '../record/shape.js';

const NAME = /^[A-Za-z][A-Za-z0-9 -]{0,39}$/;

/** Checks the name that the user gives to a step or branch. */
export function checkStepName(given: unknown, what: string, refuse: Refuse): asserts given is string {
  if (typeof given !== 'string' || !NAME.test(given))
    refuse(
      `'${String(given)}' cannot name a ${what}`,
      'allowed: a letter, then letters, digits, spaces and dashes, at most 40 characters',
    );
}

/** Checks a type that a workflow publishes or starts from: declared, and carried by exactly one channel or one default. */
export function checkCarried(
  type: MessageType,
  model: TopologyModel,
  types: ReadonlyMap<string, MessageType>,
  refuse: Refuse,
): void {
  const carriers = Object.values(model.channels).filter((channel) => channel.carries.includes(type.name));
  if (carriers.length === 0 || !isSameType(types.get(type.name), type)) {
    const carried = [...new Set(Object.values(model.channels).flatMap((channel) => channel.carries))].sort();
    const close = didYouMean(type.name, carried);
    refuse(
      carriers.length === 0
        ? `no channel of '${model.name}' carries ${type.name}`
        : `${type.name} is not the type of that name in '${model.name}'`,
      `carried: ${carried.join(', ')}${close && close !== type.name ? `; did you mean ${close}?` : ''}; add the type to the 'carries' of a channel, and pass the object that the topology has`,
    );
  }
  if (carriers.length > 1 && carriers.filter((channel) => channel.default).length !== 1) {
    refuse(
      `${type.name} is carried by ${carriers.map((channel) => channel.name).join(', ')}`,
      "mark exactly one of them 'default: true'",
    );
  }
}

/** Checks a priority or receiver that is given literally. */
export function checkAddress(
  type: MessageType,
  options: { readonly priority?: Value; readonly to?: Value },
  model: TopologyModel,
  refuse: Refuse,
): void {
  const { priority, to } = options;
  if (priority?.kind === 'literal' && !PRIORITIES.some((known) => known === priority.literal)) {
    refuse(`priority is ${JSON.stringify(priority.literal)}`, `allowed: ${PRIORITIES.join(', ')}`);
  }
  if (to?.kind !== 'literal') return;
  const able = Object.values(model.agents).filter((agent) => agent.handles.includes(type.name));
  const { literal } = to;
  const found = isAddressee(literal) && able.some(({ id }) => isMeant(model.agents, id, literal));
  if (!found) {
    const offers = able.map(
      (agent) =>
        `'${agent.id}'${agent.role ? ` (role '${agent.role}')` : ''}${agent.capabilities.map((own) => ` (capability '${own}')`).join('')}`,
    );
    refuse(
      `to is ${JSON.stringify(literal)}, which matches no agent that handles ${type.name}`,
      `agents that handle it: ${offers.join(', ') || '(none)'}`,
    );
  }
}

/** True for an agent's id, or for an object with exactly one of the ways in which agents are addressed. */
function isAddressee(given: Json): given is Extract<Addressee, Json> {
  if (typeof given === 'string') return true;
  if (typeof given !== 'object' || given === null) return false;
  const [[kind, value] = [], ...others] = Object.entries(given);
  if (others.length > 0) return false;
  if (kind === 'capability' || kind === 'role') return typeof value === 'string';
  const isList = Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string');
  return (kind === 'capabilities' || kind === 'any') && isList;
}

/** Checks a payload without references; one with references is checked by the dispatcher when it is sent. */
export function checkLiteral(schema: z.ZodType, value: Value | undefined, what: string, refuse: Refuse): void {
  if (value?.kind !== 'literal') return;
  const result = z.safeParse(schema, value.literal);
  if (result.success) return;
  const faults = result.error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.map(String).join('.') || 'data'}: ${issue.message}`);
  refuse(`${what} does not fit its schema: ${faults.join('; ')}`, 'pass what the schema of the type takes');
}

/** The literals that a match has arms for. Refuses arms that are not exactly those of the values that the reference can have. */
export function checkArms(on: Target, given: Readonly<Record<string, unknown>>, refuse: Refuse): (string | boolean)[] {
  const known = literalsOf(on.shape);
  const names = Object.keys(given);
  const where = describeReference(on);
  if (!on.certain) refuse(`${where} may be absent`, 'give it a value with flow.orElse(reference, fallback)');
  if (known && known.some((literal) => typeof literal !== 'string' && typeof literal !== 'boolean')) {
    refuse(
      `${where} can be ${known.map((literal) => JSON.stringify(literal)).join(', ')}`,
      'allowed: references to string literals or to a boolean',
    );
  }
  const wanted = known ? known.map(String) : names;
  const missing = wanted.filter((literal) => !names.includes(literal));
  const extra = names.filter((name) => !wanted.includes(name));
  if (missing.length > 0 || extra.length > 0) {
    const parts = [
      ...missing.map((name) => `no arm for '${name}'`),
      ...extra.map((name) => `an arm for '${name}', which it cannot be`),
    ];
    refuse(`flow.match on ${where} has ${parts.join(', ')}`, `arms: ${wanted.join(', ')}`);
  }
  if (names.length === 0) refuse(`flow.match on ${where} has no arm`, 'pass { value: () => steps, ... }');
  if (!known)
    return names.every((name) => name === 'true' || name === 'false') ? names.map((name) => name === 'true') : names;
  return known.filter((literal) => typeof literal === 'string' || typeof literal === 'boolean');
}
