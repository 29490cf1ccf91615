import * as z from 'zod';
import { count, errorSummary, inForm, instant, keyPart, priority, receivers, anyText } from '../form/shapes.js';
import { choiceForm } from '../selection/choice-form.js';
import { storedJson } from '../form/stored-json.js';
import type { Cancellation, DeliveryRecord, DeliveryStanding, Emission } from './delivery.js';

/** Form of the facts about a message. */
export const factsForm = z.looseObject({
  ...{ type: keyPart, channel: keyPart, priority, source: keyPart, time: instant, expires: instant },
  causationId: keyPart.optional(),
  requestId: keyPart.optional(),
  attempt: count,
  hops: count,
});

const emission = z.looseObject({
  ...{ id: keyPart, type: keyPart, dataschema: keyPart, channel: keyPart, priority, time: instant, expires: instant },
  dataref: anyText.optional(),
  receiver: keyPart.optional(),
  requestid: keyPart.optional(),
  replyto: keyPart.optional(),
  deadline: instant.optional(),
  subject: anyText.optional(),
  attempt: count.optional(),
  correlationid: keyPart.optional(),
  expected: receivers,
  choice: choiceForm.optional(),
});

const emissions = z.array(emission);

/** Form of a lineage. */
const lineage = z.looseObject({
  correlationId: keyPart,
  causationId: keyPart.optional(),
  hops: count,
  path: anyText.optional(),
  traceparent: anyText.optional(),
  tenant: anyText.optional(),
  actor: anyText.optional(),
});

const cancellation = z.looseObject({ by: anyText, why: anyText, at: instant });

const standing = {
  state: z.enum(['leased', 'retrying', 'completed', 'expired', 'dead-lettered']),
  tries: count,
  copy: anyText.optional(),
  leasedUntil: instant.optional(),
  updated: instant,
  redrives: count.optional(),
};

const standingForm = z.looseObject(standing);

/** Form of a delivery that is not only a note that its request was taken back. */
const deliveryForm = z.looseObject({
  correlationId: keyPart,
  messageId: keyPart,
  origin: keyPart,
  receiver: keyPart,
  facts: factsForm,
  ...standing,
  owner: anyText.optional(),
  alone: z.boolean().optional(),
  emissions,
  emissionsRef: anyText.optional(),
  unsent: z.looseObject({ lineage, due: instant }).optional(),
  sent: instant.optional(),
  error: errorSummary.optional(),
  firstReceived: instant,
  progress: z.looseObject({ fraction: z.number(), note: anyText.optional(), at: instant }).optional(),
  cancelled: cancellation.optional(),
  lastDeadLetter: anyText.optional(),
});

/** @throws LanewayError UNREADABLE */
export function checkDelivery(record: DeliveryRecord): DeliveryRecord {
  return inForm(deliveryForm, record, 'the delivery');
}

/** @throws LanewayError UNREADABLE */
export function checkStanding(record: DeliveryStanding): DeliveryStanding {
  return inForm(standingForm, record, 'the delivery');
}

/** @throws LanewayError UNREADABLE */
export function checkCancellation(cancelled: Cancellation): Cancellation {
  return inForm(cancellation, cancelled, 'the note of a cancellation');
}

/** Emissions from a text of the payload store. @throws LanewayError UNREADABLE */
export function readEmissions(stored: string): readonly Emission[] {
  const what = 'the list of emissions';
  return inForm(emissions, storedJson(stored, what) as readonly Emission[], what);
}
