import { cutText } from '../base/cut-text.js';
import { LanewayError, textOf } from '../base/errors.js';

/**
 * Deepest nesting of a payload, counted in lists and objects within each other. Readers of JSON in AWS give up at 1,000; the
 * envelope, an outcome and an entry of the ledger put levels of their own around a payload.
 */
export const DEEPEST_PAYLOAD = 200;

/** Most bytes of a payload; a longer one is refused as TOO_LARGE. */
export const PAYLOAD_LIMIT_BYTES = 50_000_000;

/** A value as JSON carries it. */
export interface JsonForm {
  /** Copy of the value as a receiver reads it: plain objects, lists, texts, finite numbers, booleans and null. */
  readonly value: unknown;
  /** First part that a receiver reads as something else, such as a Date as text; undefined when there is none. */
  readonly changed?: string;
}

/**
 * Copies a value as `JSON.parse(JSON.stringify(value))` would, in one walk. Members that are `undefined` are left out, and a
 * negative zero becomes zero: neither counts as changed.
 * @param what thing that the value belongs to, for the words of errors
 * @throws LanewayError SCHEMA with the path of a part that JSON cannot carry (a Map, a bigint, a circle, nesting beyond
 * {@link DEEPEST_PAYLOAD}, a key `__proto__`); TOO_LARGE for more than {@link PAYLOAD_LIMIT_BYTES}
 */
export function jsonForm(value: unknown, what: string): JsonForm {
  const walk = new Walk(what);
  try {
    const copy = value === undefined ? undefined : walk.copyOf(value, 'data');
    return walk.changed === undefined ? { value: copy } : { value: copy, changed: walk.changed };
  } catch (cause) {
    if (cause instanceof LanewayError) throw cause;
    // A getter or a `toJSON` of the payload's own throws: the same payload makes it throw again.
    throw walk.refusal('', `cannot be read: ${cutText(textOf(cause), 200)}`, 'give plain data', cause);
  }
}

/** Marks a part that JSON leaves out of an object and writes as null in a list. */
const NOTHING = Symbol('nothing');

class Walk {
  /** Objects around the part that is looked at, the outermost first, and the key of each within the one before it. */
  readonly #around: object[] = [];
  readonly #keys: string[] = [];
  #bytes = 0;
  changed: string | undefined;

  constructor(private readonly what: string) {}

  copyOf(value: unknown, key: string): unknown {
    switch (typeof value) {
      case 'string':
        this.#count(value.length + 2, key);
        return value;
      case 'number':
        this.#count(1, key);
        if (Number.isFinite(value)) return value + 0;
        this.#change(key, `${value}, which JSON carries as null`);
        return null;
      case 'boolean':
        this.#count(4, key);
        return value;
      case 'undefined':
        return NOTHING;
      case 'object':
        this.#count(2, key);
        return value === null ? null : this.#object(value, key);
      case 'bigint':
        if (typeof Reflect.get(Object(value) as object, 'toJSON') === 'function') return this.#converted(value, key);
        throw this.refusal(key, 'is a bigint, which JSON cannot carry', 'send it as text');
      default:
        this.#change(key, `a ${typeof value}, which JSON leaves out`);
        return NOTHING;
    }
  }

  refusal(key: string, fault: string, advice: string, cause?: unknown): LanewayError {
    return new LanewayError('SCHEMA', `${this.what}: ${this.#path(key)} ${fault}`, {
      help: [
        `allowed: what JSON carries, nested at most ${DEEPEST_PAYLOAD} deep: texts, finite numbers, booleans, null, lists and plain objects`,
        advice,
      ],
      ...(cause === undefined ? {} : { cause }),
    });
  }

  #object(value: object, key: string): unknown {
    if ('toJSON' in value && typeof value.toJSON === 'function') return this.#converted(value, key);
    if (this.#around.length >= DEEPEST_PAYLOAD) throw this.#tooDeep(value, key);
    const list = Array.isArray(value);
    if (!list && !this.#isPlain(value, key)) return this.copyOf(value.valueOf(), key);
    this.#around.push(value);
    this.#keys.push(key);
    const copy = list ? this.#list(value) : this.#members(value as Record<string, unknown>);
    this.#around.pop();
    this.#keys.pop();
    return copy;
  }

  #list(list: readonly unknown[]): unknown[] {
    // Each element takes two bytes with its comma. A list of holes would be walked for long before it is too large.
    if (list.length * 2 > PAYLOAD_LIMIT_BYTES) this.#count(list.length * 2, '');
    const copy: unknown[] = [];
    for (let at = 0; at < list.length; at++) {
      const part = this.copyOf(list[at], String(at));
      if (part === NOTHING) {
        this.#count(5, String(at));
        this.#change(String(at), `${typeof list[at]}, which JSON carries as null in a list`);
      }
      copy.push(part === NOTHING ? null : part);
    }
    return copy;
  }

  #members(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const copy: Record<string, unknown> = {};
    for (const key of Object.keys(value)) {
      if (key === '__proto__')
        throw this.refusal(key, 'is a key that schemas drop without a word', 'give the key another name');
      this.#count(key.length + 4, key);
      const part = this.copyOf(value[key], key);
      if (part !== NOTHING) copy[key] = part;
    }
    return copy;
  }

  /** The value that its own `toJSON` gives, as a Date or a URL has one. */
  #converted(value: unknown, key: string): unknown {
    const kind = nameOf(value);
    const given: unknown = (value as { toJSON: (key: string) => unknown }).toJSON(key);
    if (typeof given === 'object' && given !== null) {
      if ('toJSON' in given && typeof given.toJSON === 'function')
        throw this.refusal(key, `is a ${kind} whose toJSON gives no plain data`, 'give plain data');
    }
    this.#change(key, `a ${kind}, which JSON carries as ${typeof given === 'string' ? 'text' : 'plain data'}`);
    return this.copyOf(given, key);
  }

  /** True for an object whose members are all that it is; false for a boxed primitive. */
  #isPlain(value: object, key: string): boolean {
    // Tags tell builtin objects of every realm: a vm's or a test's have other constructors.
    const tag = Object.prototype.toString.call(value).slice('[object '.length, -1);
    if (BOXES.includes(tag)) {
      this.#change(key, `a ${tag} object, which JSON carries as its value`);
      return false;
    }
    if (ArrayBuffer.isView(value) || HOLDERS.includes(tag))
      throw this.refusal(key, `is a ${nameOf(value)}, which JSON cannot carry`, 'send texts, lists or plain objects');
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
      this.#change(key, `a ${nameOf(value)}, which JSON carries as a plain object`);
    return true;
  }

  #tooDeep(value: object, key: string): LanewayError {
    const circle = this.#around.includes(value);
    return this.refusal(
      key,
      circle ? 'refers to what it is part of' : `is nested more than ${DEEPEST_PAYLOAD} deep`,
      circle ? 'send ids in place of references' : 'send it as a list of parts, or as text',
    );
  }

  /** Counts the least bytes that a part can take, so that a huge payload ends the walk before memory does. */
  #count(bytes: number, key: string): void {
    this.#bytes += bytes;
    if (this.#bytes <= PAYLOAD_LIMIT_BYTES) return;
    throw new LanewayError('TOO_LARGE', `${this.what}: the payload has more than ${PAYLOAD_LIMIT_BYTES} bytes`, {
      help: [
        `${this.#path(key)} is beyond; allowed: up to ${PAYLOAD_LIMIT_BYTES} bytes; store it elsewhere and send where it is`,
      ],
    });
  }

  #change(key: string, what: string): void {
    this.changed ??= `${this.#path(key)} is ${what}`;
  }

  /** Path of a part, its middle left out when it is long. */
  #path(key: string): string {
    const keys = (key === '' ? this.#keys : [...this.#keys, key])
      .slice(1)
      .map((part) => (part.length > 60 ? `${cutText(part, 60)}…` : part));
    if (keys.length === 0) return 'data';
    const shown = keys.length <= 12 ? keys : [...keys.slice(0, 6), `(${keys.length - 9} more)`, ...keys.slice(-3)];
    return shown.join('.');
  }
}

/** Tags of builtin objects whose content is no member of them, so that JSON writes `{}` or refuses them. */
const HOLDERS = [
  ...['Map', 'Set', 'WeakMap', 'WeakSet', 'WeakRef', 'Promise', 'RegExp', 'Error', 'ArrayBuffer', 'SharedArrayBuffer'],
  ...['Arguments', 'Symbol', 'BigInt', 'Map Iterator', 'Set Iterator', 'Array Iterator', 'Generator'],
];

const BOXES = ['Number', 'String', 'Boolean'];

function nameOf(value: unknown): string {
  const name: unknown = (value as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof name === 'string' && name !== '' ? cutText(name, 60) : typeof value;
}
