import { deliveryKeyOf } from '../../../shared/domain/delivery/delivery.js';
import type { DeliveryKey, Emission, Outcome } from '../../../shared/domain/delivery/delivery.js';
import type { Envelope } from '../../../shared/domain/wire/envelope.js';
import type { ErrorSummary } from '../../../shared/domain/base/errors.js';
import { newId } from '../../../shared/domain/base/ids.js';

/** A whole envelope; give what matters to the test. */
export function anEnvelope(given: Partial<Envelope> = {}): Envelope {
  return {
    specversion: '1.0',
    id: newId(),
    source: 'laneway.sample.agent.asker',
    type: 'QuestionAsked',
    time: '2026-01-01T00:00:00.000Z',
    datacontenttype: 'application/json',
    dataschema: 'urn:laneway:QuestionAsked:1',
    data: { question: 'how?' },
    correlationid: newId(),
    priority: 'normal',
    channel: 'questions',
    expires: '2026-01-01T01:00:00.000Z',
    attempt: 1,
    hops: 0,
    ...given,
  };
}

/** The delivery of an envelope to one receiver. */
export function keyOfDelivery(envelope: Envelope, receiver = 'answerer'): DeliveryKey {
  return deliveryKeyOf(envelope, receiver);
}

export function anEmission(given: Partial<Emission> = {}): Emission {
  return {
    id: newId(),
    type: 'QuestionAnswered',
    dataschema: 'urn:laneway:QuestionAnswered:1',
    channel: 'answers',
    priority: 'normal',
    time: '2026-01-01T00:00:01.000Z',
    expires: '2026-01-01T01:00:01.000Z',
    data: { answer: 'so', tiny: 5e-324, text: 'grün \u{1f697}', none: null, list: [] },
    expected: ['asker'],
    ...given,
  };
}

export function anOutcome(at: number, given: Partial<Outcome> = {}): Outcome {
  return { state: 'completed', copy: newId(), at, emissions: [], ...given };
}

export const SOME_ERROR: ErrorSummary = { code: 'HANDLER', message: 'broke', name: 'TypeError', retryable: true };
