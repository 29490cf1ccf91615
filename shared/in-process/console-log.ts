import { inspect } from 'node:util';
import { visibleText } from '../domain/base/visible-text.js';
import type { Log } from '../agent/context.js';

/** A line on stderr for what somebody should see: warnings and errors. */
export function consoleLog(application: string): Log {
  const line =
    (level: 'warn' | 'error'): Log['warn'] =>
    (message, fields) => {
      const about = fields === undefined ? '' : ` ${inspect(fields, { breakLength: Number.POSITIVE_INFINITY })}`;
      process.stderr.write(`${visibleText(`${application} ${level}: ${message}${about}`)}\n`);
    };
  return { debug: () => undefined, info: () => undefined, warn: line('warn'), error: line('error') };
}
