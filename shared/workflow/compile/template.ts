import type { Json } from '../../domain/base/json.js';
import { REPLY } from '../../domain/base/fill-template.js';
import { toJson, type Base } from './expression.js';
import {
  describeReference,
  isCondition,
  targetsIn,
  type Derivation,
  type ValueOrigin,
  type Value,
} from '../record/outline.js';
import type { Refuse } from '../record/references.js';

/**
 * A value as JSON in which places for parts of `own`, a reply that has not come yet, stay open (`REPLY`);
 * `fillTemplate` fills them in. All else is evaluated when the state machine passes the template on.
 */
export function toTemplate(value: Value, own: ValueOrigin, base: Base, refuse: Refuse): Json {
  switch (value.kind) {
    case 'literal':
      return toJson(value, base, refuse);
    case 'reference': {
      const { target } = value;
      if (target.derivations.some(isCondition) && [...targetsIn(value)].some(({ origin }) => origin === own)) {
        refuse(
          'the compensation decides on the reply that it undoes',
          'pass fields of the reply, and let the agent that undoes it decide',
        );
      }
      if (target.origin === own)
        return { [REPLY]: target.derivations.map((derivation) => derivationJson(derivation, base, refuse)) };
      if (!target.certain) {
        refuse(
          `the compensation uses ${describeReference(target)}, which may be absent`,
          'give it a value with flow.orElse(reference, fallback)',
        );
      }
      return toJson(value, base, refuse);
    }
    case 'list':
      return value.items.map((item) => toTemplate(item, own, base, refuse));
    case 'object':
      return Object.fromEntries(
        value.fields.map(([name, field]) => {
          if (/\{%|%\}|\$\{/.test(name) || name === REPLY)
            refuse(`the compensation has a field '${name}'`, 'allowed: names that are no expression');
          return [name, toTemplate(field, own, base, refuse)];
        }),
      );
  }
}

function derivationJson(derivation: Derivation, base: Base, refuse: Refuse): Json {
  if ('field' in derivation) return { field: derivation.field };
  if ('index' in derivation) return { index: derivation.index };
  if ('orElse' in derivation) return { orElse: toJson(derivation.orElse, base, refuse) };
  return refuse('a condition is no part of a reply', 'pass fields of the reply');
}
