import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { LanewayError, textOf } from '../domain/base/errors.js';
import { schemaUri, schemaVersion } from '../domain/wire/envelope.js';
import { jsonForm } from '../domain/wire/json-form.js';

/** An earlier version of a message type that receivers still accept. */
export interface OlderVersion<Out = unknown> {
  /** Number of the version, from 1; below the latest. */
  readonly version: number;
  /** Schema of a payload of this version. */
  readonly schema: z.ZodType;
  /** Turns a payload of the older version into one of the latest; the result is checked against the latest schema. */
  readonly upgrade: (data: never) => Out;
}

/** The common part of commands and events. */
export interface MessageTypeBase<Name extends string, Schema extends z.ZodType> {
  /** Name of the type, in PascalCase; unique in a topology. */
  readonly name: Name;
  /** Number of the latest version, from 1; published messages have it. */
  readonly version: number;
  /** Schema of a payload of the latest version. */
  readonly schema: Schema;
  /** Older versions that receivers still accept. */
  readonly accepts: readonly OlderVersion[];
}

/** A fact, named in the past tense; any number of agents may hear it. */
export interface EventType<Name extends string = string, Schema extends z.ZodType = z.ZodType> extends MessageTypeBase<
  Name,
  Schema
> {
  /** Tells an event from a command. */
  readonly kind: 'event';
}

/** An instruction, named in the imperative, for exactly one agent; it may name the event that answers it. */
export interface CommandType<
  Name extends string = string,
  Schema extends z.ZodType = z.ZodType,
  Reply extends EventType | undefined = EventType | undefined,
> extends MessageTypeBase<Name, Schema> {
  /** Tells a command from an event. */
  readonly kind: 'command';
  /** The event that answers the command; undefined for a command without reply. */
  readonly reply: Reply;
}

/** Any message type. */
export type MessageType = EventType | CommandType;

/** Payload of a type as a handler receives it: the output of its schema, defaults and transforms applied. */
export type DataOf<Type extends MessageType> = z.output<Type['schema']>;

/** Payload of a type as a publisher passes it: the input of its schema. */
export type InputOf<Type extends MessageType> = z.input<Type['schema']>;

/** The reply type of a command, or never. */
export type ReplyOf<Type extends MessageType> = Type extends { readonly reply: infer Reply extends EventType }
  ? Reply
  : never;

/** Options of {@link event}. */
export interface EventOptions<Schema extends z.ZodType> {
  /** Version of the schema, from 1; raise it with every change that a receiver could notice. @defaultValue 1 */
  readonly version?: number;
  /** Older versions still accepted, made with {@link older}. */
  readonly accepts?: readonly OlderVersion<z.input<Schema>>[];
}

/** Options of {@link command}. */
export interface CommandOptions<
  Schema extends z.ZodType,
  Reply extends EventType | undefined,
> extends EventOptions<Schema> {
  /** The event that answers the command; without it the command is fire-and-forget. */
  readonly reply?: Reply;
}

/**
 * Declares an event type.
 * @param name past tense, PascalCase, at most 128 characters: `VehicleAnalyzed`
 * @throws LanewayError INVALID_OPTION for a bad name or version
 */
export function event<const Name extends string, Schema extends z.ZodType>(
  name: Name,
  schema: Schema,
  options: EventOptions<NoInfer<Schema>> = {},
): EventType<Name, Schema> {
  return { kind: 'event', ...declared(name, schema, options) };
}

/**
 * Declares a command type.
 * @param name imperative, PascalCase, at most 128 characters: `AnalyzeVehicle`
 * @throws LanewayError INVALID_OPTION for a bad name or version
 */
export function command<
  const Name extends string,
  Schema extends z.ZodType,
  Reply extends EventType | undefined = undefined,
>(name: Name, schema: Schema, options: CommandOptions<NoInfer<Schema>, Reply> = {}): CommandType<Name, Schema, Reply> {
  return { kind: 'command', ...declared(name, schema, options), reply: options.reply as Reply };
}

/**
 * Key under which the framework's own types carry their name. It is the same in the whole process, so that two copies
 * of the framework share it.
 */
const SYSTEM_TYPE = Symbol.for('laneway.system-type');

/** Declares an event that the framework itself defines: the same type in every copy of the framework. */
export function systemEvent<const Name extends string, Schema extends z.ZodType>(
  name: Name,
  schema: Schema,
): EventType<Name, Schema> {
  return Object.assign(event(name, schema), { [SYSTEM_TYPE]: name });
}

/**
 * True when two objects are one message type. An application's types are compared by identity, as two declarations of
 * one name may differ. The framework's own types are compared by name and version, as one process may hold the
 * framework twice (a command and the application that it loaded, or two installations).
 */
export function isSameType(one: MessageType | undefined, other: MessageType): boolean {
  if (one === undefined || one === other) return one === other;
  const system: unknown = Reflect.get(one, SYSTEM_TYPE);
  return system !== undefined && system === Reflect.get(other, SYSTEM_TYPE) && one.version === other.version;
}

/** Declares an older version of a message type, with the function that turns its payload into one of the latest. */
export function older<Schema extends z.ZodType, Out>(
  version: number,
  schema: Schema,
  upgrade: (data: z.output<Schema>) => Out,
): OlderVersion<Out> {
  return { version, schema, upgrade };
}

function declared<Name extends string, Schema extends z.ZodType>(
  name: Name,
  schema: Schema,
  options: EventOptions<Schema>,
) {
  const version = options.version ?? 1;
  const accepts = options.accepts ?? [];
  if (!/^[A-Z][A-Za-z0-9]{0,127}$/.test(name)) {
    throw new LanewayError('INVALID_OPTION', `'${name}' cannot name a message type`, {
      help: ['allowed: PascalCase letters and digits, at most 128 (EventBridge limits detail-type)'],
    });
  }
  const versions = [version, ...accepts.map((entry) => entry.version)];
  if (
    versions.some((entry) => !Number.isInteger(entry) || entry < 1) ||
    new Set(versions).size !== versions.length ||
    Math.max(...versions) !== version
  ) {
    throw new LanewayError('INVALID_OPTION', `${name} has versions ${versions.join(', ')}`, {
      help: ['allowed: whole numbers from 1, each once, `version` being the highest'],
    });
  }
  return { name, version, schema, accepts };
}

/**
 * Checks a payload that is to be published, in the form in which JSON carries it: that is what receivers hold against the
 * schema. A part that JSON turns into something else, such as a Date into text, may stand only where the schema reads both as
 * the same value (`z.coerce.date()`).
 * @returns a copy of the payload in that form, neither defaults nor transforms applied, as the receiver's own parse does that
 * @throws LanewayError SCHEMA naming the fields that are wrong, at most five, or the path of what JSON does not carry;
 * TOO_LARGE
 */
export function encodeData(type: MessageType, data: unknown): unknown {
  const { name, version } = type;
  const { value, changed } = jsonForm(data, `${name} v${version}`);
  // What the schema says of the payload as it was given is the better word, so that it comes first.
  const given = changed === undefined ? undefined : checked(type, data);
  const form = changed !== undefined && !passes(type, value) ? undefined : checked(type, value);
  if (changed !== undefined && (form === undefined || !isSame(given?.data, form.data))) {
    throw new LanewayError('SCHEMA', `${name} v${version}: ${changed}: a receiver would read another value`, {
      help: [
        'give what JSON carries (texts, finite numbers, booleans, null, lists, plain objects), or a schema that reads its JSON form as the same value, such as z.coerce.date()',
      ],
    });
  }
  return value;
}

/** Result of a payload that fits. @throws LanewayError SCHEMA */
function checked(type: MessageType, data: unknown): { readonly data: unknown } {
  let result;
  try {
    result = z.safeParse(type.schema, data);
  } catch (cause) {
    // Schemas are plain functions of the payload: the same payload makes them throw again.
    throw new LanewayError('SCHEMA', `${type.name} v${type.version}: its schema throws ${textOf(cause)}`, { cause });
  }
  if (!result.success) throw schemaError(type.name, type.version, result.error);
  return result;
}

function passes(type: MessageType, data: unknown): boolean {
  try {
    return z.safeParse(type.schema, data).success;
  } catch {
    return false;
  }
}

/** True for values that are equal in all that JSON can tell apart: a member that is undefined is none, and zero has no sign. */
function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other))
    // A copy, as `every` passes over holes.
    return one.length === other.length && Array.from(one).every((part, at) => isSame(part, other[at]));
  if (!isRecord(one) || !isRecord(other)) return isDeepStrictEqual(one, other);
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].every((key) => isSame(one[key], other[key]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * Turns a payload that was written for an earlier version into one that can be published now.
 * @param version that the payload was written for; the latest when it is not known
 * @throws LanewayError SCHEMA for a version that the type no longer accepts, a payload that does not fit its version,
 * or an upgrade that throws
 */
export function asLatest(type: MessageType, data: unknown, version: number = type.version): unknown {
  if (version === type.version) return encodeData(type, data);
  const older = type.accepts.find((entry) => entry.version === version);
  if (!older) {
    const accepted = [type.version, ...type.accepts.map((entry) => entry.version)];
    throw new LanewayError('SCHEMA', `${type.name} v${version} is no longer accepted`, {
      help: [
        `accepted: version ${accepted.join(', ')}`,
        `list version ${version} again: accepts: [older(${version}, <its schema>, <upgrade to version ${type.version}>)]`,
      ],
    });
  }
  const read = z.safeParse(older.schema, data);
  if (!read.success) throw schemaError(type.name, version, read.error);
  try {
    return encodeData(type, older.upgrade(read.data as never));
  } catch (cause) {
    if (cause instanceof LanewayError) throw cause;
    throw new LanewayError('SCHEMA', `${type.name}: the upgrade of version ${version} throws ${String(cause)}`, {
      cause,
    });
  }
}

/**
 * Reads a received payload as the latest version of its type.
 * @param dataschema the envelope's `dataschema`; tells which version was sent
 * @throws LanewayError SCHEMA for a version that is not accepted, a payload that does not fit it, or an upgrade that throws
 */
export function decodeData<Type extends MessageType>(type: Type, data: unknown, dataschema: string): DataOf<Type> {
  try {
    return decode(type, data, dataschema);
  } catch (cause) {
    if (cause instanceof LanewayError) throw cause;
    // Schemas and upgrades are plain functions of the payload: the same payload makes them throw again.
    throw new LanewayError('SCHEMA', `${type.name}: reading '${dataschema}' throws ${String(cause)}`, { cause });
  }
}

function decode<Type extends MessageType>(type: Type, data: unknown, dataschema: string): DataOf<Type> {
  let latest = data;
  if (dataschema !== latestUri(type)) {
    const version = schemaVersion(dataschema, type.name);
    const accepted = type.accepts.find((entry) => entry.version === version);
    if (!accepted) {
      throw new LanewayError('SCHEMA', `${type.name}: '${dataschema}' is not accepted`, {
        help: [
          `allowed: ${[type.version, ...type.accepts.map((entry) => entry.version)].map((v) => schemaUri(type.name, v)).join(', ')}`,
        ],
      });
    }
    const old = z.safeParse(accepted.schema, data);
    if (!old.success) throw schemaError(type.name, accepted.version, old.error);
    latest = accepted.upgrade(old.data as never);
  }
  const result = z.safeParse(type.schema, latest);
  if (!result.success) throw schemaError(type.name, type.version, result.error);
  return result.data as DataOf<Type>;
}

const latestUris = new WeakMap<MessageType, string>();

/** Schema URI of a type's latest version: nearly every message has it, so that it is compared and not taken apart. */
function latestUri(type: MessageType): string {
  let uri = latestUris.get(type);
  if (uri === undefined) latestUris.set(type, (uri = schemaUri(type.name, type.version)));
  return uri;
}

function schemaError(name: string, version: number, error: z.core.$ZodError): LanewayError {
  const faults = error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.map(String).join('.') || 'data'}: ${issue.message}`);
  const more = error.issues.length > 5 ? ` (and ${error.issues.length - 5} more)` : '';
  return new LanewayError('SCHEMA', `${name} v${version}: ${faults.join('; ')}${more}`, {
    help: [`correct these fields; version ${version} of ${name} is what is checked`],
  });
}
