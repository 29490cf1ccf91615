import type { Logger } from '@aws-lambda-powertools/logger';
import type { Log } from '../../agent/context.js';

/** Our log over Powertools' logger. */
export function logOver(logger: Logger): Log {
  return {
    debug: (message, fields = {}) => logger.debug(message, fields),
    info: (message, fields = {}) => logger.info(message, fields),
    warn: (message, fields = {}) => logger.warn(message, fields),
    error: (message, fields = {}) => logger.error(message, fields),
  };
}
