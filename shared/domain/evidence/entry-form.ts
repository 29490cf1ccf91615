import * as z from 'zod';
import { defined } from '../base/defined.js';
import { checkDelivery, factsForm } from '../delivery/delivery-form.js';
import { choiceForm } from '../selection/choice-form.js';
import { count, errorSummary, inForm, instant, keyPart, receivers, anyText } from '../form/shapes.js';
import { parseEnvelope } from '../wire/envelope.js';
import type { LedgerEntry } from './conversation.js';

const resolution = z.looseObject({
  state: z.enum(['redriven', 'edited', 'discarded']),
  ...{ by: anyText, why: anyText, at: instant },
  successor: keyPart.optional(),
});

const deadLetter = z.looseObject({
  ...{ id: keyPart, correlationId: keyPart, receiver: keyPart },
  messageId: keyPart.optional(),
  ...{ reason: anyText, signature: anyText, error: errorSummary, tries: count, at: instant, bodyRef: anyText },
  version: anyText.optional(),
  facts: factsForm.optional(),
  first: instant.optional(),
  redrives: count.optional(),
  resolution: resolution.optional(),
});

const operator = z.looseObject({
  ...{ id: keyPart, correlationId: keyPart, action: anyText, by: anyText, why: anyText, at: instant },
  requestId: keyPart.optional(),
  decision: z.enum(['approved', 'rejected', 'silent']).optional(),
  deadLetter: z
    .looseObject({ id: keyPart, receiver: keyPart, reason: anyText, signature: anyText, tries: count })
    .optional(),
  messageId: keyPart.optional(),
  successor: keyPart.optional(),
  expires: instant.optional(),
  replay: z
    .looseObject({
      generation: count.optional(),
      of: keyPart.optional(),
      as: keyPart.optional(),
      window: z.looseObject({ from: instant, to: instant }).optional(),
      messages: count.optional(),
    })
    .optional(),
  execution: anyText.optional(),
  breaker: z.looseObject({ agent: keyPart, name: keyPart }).optional(),
});

const escalation = z.looseObject({
  ...{ correlationId: keyPart, requestId: keyPart, type: keyPart, step: count },
  rung: z.enum(['retry', 'agent', 'channel', 'person', 'abort']),
  attempt: count,
  because: z.looseObject({
    state: z.enum(['timed-out', 'failed']),
    ...{ attempt: count, by: anyText, messageId: keyPart },
    error: errorSummary.optional(),
  }),
  messageId: keyPart.optional(),
  receiver: keyPart.optional(),
  channel: keyPart.optional(),
  until: instant.optional(),
  at: instant,
});

const request = z.looseObject({
  ...{ correlationId: keyPart, requestId: keyPart, type: keyPart },
  state: z.enum(['replied', 'timed-out', 'failed', 'late']),
  ...{ by: keyPart, at: instant },
});

/**
 * Holds an entry of the ledger against the form that its writers give it, as whoever reads it relies on it.
 * @throws LanewayError UNREADABLE, UNPARSEABLE for a message that is none
 */
export function checkEntry(entry: LedgerEntry): LedgerEntry {
  switch (entry.kind) {
    case 'message': {
      const expected = inForm(receivers, entry.intent.expected, 'the list of receivers');
      const { choice } = entry.intent;
      if (choice !== undefined) inForm(choiceForm, choice, 'the choice of its receiver');
      return { ...entry, intent: { envelope: parseEnvelope(entry.intent.envelope), expected, ...defined({ choice }) } };
    }
    case 'delivery':
      checkDelivery(entry.delivery);
      return entry;
    case 'dead-letter':
      inForm(deadLetter, entry.deadLetter, 'the dead letter');
      return entry;
    case 'operator':
      inForm(operator, entry.operator, 'the note of an operator');
      return entry;
    case 'escalation':
      inForm(escalation, entry.escalation, 'the note of a rung');
      return entry;
    case 'request':
      inForm(request, entry.request, 'the end of a request');
      return entry;
  }
}
