import { cutText } from '../../shared/domain/base/cut-text.js';
import { LanewayError } from '../../shared/domain/base/errors.js';
import { schemaUri } from '../../shared/domain/wire/envelope.js';
import type { MessageType } from '../../shared/message/message-type.js';
import { misfitsOf } from '../../shared/operator/dead-letters/examine-dead-letter.js';

const MOST_SHOWN = 8;
const MOST_CHARACTERS = 60;

/**
 * Checks a payload that somebody typed. The error names each wrong field, the value given for it, and the values allowed. Values
 * are shown here alone, to the person who gave them; errors of the runtime stand in logs and hold no payloads.
 * @throws LanewayError SCHEMA
 */
export function checkPayload(type: MessageType, data: unknown): void {
  const misfits = misfitsOf(type, data, schemaUri(type.name, type.version));
  if (misfits.length === 0) return;
  const lines = misfits.slice(0, MOST_SHOWN).map(({ path, problem, found }) => {
    return `${path}: given ${found === undefined ? 'nothing' : short(JSON.stringify(found))}; ${problem}`;
  });
  const more = misfits.length > MOST_SHOWN ? [`and ${misfits.length - MOST_SHOWN} more`] : [];
  throw new LanewayError('SCHEMA', `the payload does not fit ${type.name}, version ${type.version}`, {
    help: [...lines, ...more],
  });
}

function short(text: string): string {
  return text.length <= MOST_CHARACTERS ? text : `${cutText(text, MOST_CHARACTERS - 3)}...`;
}
