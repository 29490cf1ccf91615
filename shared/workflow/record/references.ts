import { didYouMean, LanewayError } from '../../domain/base/errors.js';
import { describeReference, type Derivation, type Target } from './outline.js';
import { element, field, knownFields, listOf, type Part } from './shape.js';

/** Refuses something in the definition of a workflow. */
export type Refuse = (what: string, help: string) => never;

const targets = new WeakMap<object, Target>();

/** Target of a reference; undefined for any other value. */
export function targetOf(value: unknown): Target | undefined {
  return typeof value === 'object' && value !== null ? targets.get(value) : undefined;
}

/** Names of properties that the language or a tool asks every object for, and that are rarely fields. */
const ASKED = new Set([
  'then',
  'constructor',
  '$$typeof',
  'asymmetricMatch',
  'nodeType',
  'tagName',
  '@@__IMMUTABLE_ITERABLE__@@',
  '@@__IMMUTABLE_RECORD__@@',
]);

/** Makes the proxy that stands for a value while a workflow is defined. The caller vouches for its type. */
export function reference<T>(target: Target, refuse: Refuse): T {
  const here = describeReference(target);
  const noValue = (use: string): never =>
    refuse(
      `${use} ${here}`,
      'a reference has its value only in an execution: pass it on as input, or decide with flow.match',
    );
  const step = (part: Part, derivation: Derivation): unknown =>
    reference(
      {
        origin: target.origin,
        derivations: [...target.derivations, derivation],
        shape: part.shape,
        certain: target.certain && part.certain,
      },
      refuse,
    );
  const proxy = new Proxy(Object.freeze({}), {
    get(_, key) {
      if (key === Symbol.toPrimitive) return () => noValue('the definition computes with');
      if (typeof key === 'symbol') return undefined;
      const list = listOf(target.shape);
      if (list && key === 'at') {
        return (index: number) => {
          const part = element(list.shape, checkIndex(index, here, refuse));
          return step({ shape: part.shape, certain: part.certain && list.certain }, { index });
        };
      }
      const part = field(target.shape, key);
      if (part && !(ASKED.has(key) && !part.certain)) return step(part, { field: key });
      if (ASKED.has(key)) return undefined;
      if (key === 'toJSON' || key === 'toString' || key === 'valueOf')
        return () => noValue('the definition computes with');
      const known = list ? ['at'] : knownFields(target.shape);
      const close = didYouMean(key, known);
      return refuse(
        `${here} has no field '${key}'`,
        `known: ${known.join(', ') || '(none)'}${close ? `; did you mean '${close}'?` : ''}`,
      );
    },
    ownKeys: () => noValue('the definition spreads or lists the fields of'),
    has: () => noValue('the definition looks for a field in'),
    set: () => noValue('the definition changes'),
  });
  targets.set(proxy, target);
  return proxy as T;
}

function checkIndex(index: number, here: string, refuse: Refuse): number {
  return Number.isInteger(index)
    ? index
    : refuse(`${here}.at(${String(index)})`, 'allowed: a whole number; -1 is the last element');
}

/** Makes the {@link Refuse} of a place. */
export function refusal(place: string): Refuse {
  return (what, help) => {
    throw new LanewayError('INVALID_WORKFLOW', what, { help: [help, `(${place})`] });
  };
}
