import * as z from 'zod';
import { anyText, count, inForm, instant, keyPart } from '../form/shapes.js';
import { storedJson, unreadable } from '../form/stored-json.js';
import type { BreakerKey, BreakerRecord } from './breaker.js';

const form = z.looseObject({
  ...{ agent: keyPart, name: keyPart },
  state: z.enum(['closed', 'open', 'half-open']),
  ...{ version: count, turn: count, writer: anyText, since: instant, failures: count },
  lastFailure: instant.optional(),
  error: anyText.optional(),
  until: instant.optional(),
  probe: z.looseObject({ owner: anyText, until: instant }).optional(),
  tripped: z.looseObject({ by: anyText, why: anyText }).optional(),
});

/**
 * A breaker from its stored text. Its agent wrote it, and may have been taken: agent and name are those of its key.
 * @throws LanewayError UNREADABLE
 */
export function breakerFrom(text: unknown, { agent, name }: BreakerKey): BreakerRecord {
  if (typeof text !== 'string') throw unreadable('the breaker is no text');
  const stored = storedJson(text, 'the breaker');
  if (typeof stored !== 'object' || stored === null) throw unreadable('the breaker is no object');
  return inForm(form, { ...stored, agent, name } as BreakerRecord, 'the breaker');
}
