import type { Log } from '../context.js';
import type { Handling } from './handling.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The log of one handling. Facts about the message go with each line rather than into the logger: a process handles
 * several messages at once, and keys of a shared logger would be written to the lines of all of them.
 */
export function handlingLog(handling: Logged): Log {
  return {
    debug: (message, fields) => line(handling, 'debug', message, fields),
    info: (message, fields) => line(handling, 'info', message, fields),
    warn: (message, fields) => line(handling, 'warn', message, fields),
    error: (message, fields) => line(handling, 'error', message, fields),
  };
}

type Logged = Pick<Handling, 'delivery' | 'lease'>;

/** Writes a line. The facts are put together here, as every handling has a log and few write to it. */
function line({ delivery, lease }: Logged, level: keyof Log, message: string, fields: Fields | undefined): void {
  const { bound, envelope, services } = delivery;
  const { type, id, correlationid: correlation } = envelope;
  const about = { agent: bound.agent.id, type, id, correlation, tries: lease.tries };
  services.log[level](message, withAbout(fields, about));
}

/**
 * Adds the facts about the message to the fields of a line. When a name is in both, the handler's fields go under
 * `fields`: its `id` is seldom that of the message.
 */
function withAbout(fields: Fields | undefined, about: Fields): Fields {
  if (!fields) return about;
  // Members of an error are not enumerable: spread into the line, nothing of it would be left.
  if (fields instanceof Error) return { ...about, error: fields };
  const clashes = Object.keys(fields).some((name) => Object.hasOwn(about, name));
  return clashes ? { ...about, fields } : { ...fields, ...about };
}
