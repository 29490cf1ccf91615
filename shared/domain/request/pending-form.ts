import * as z from 'zod';
import { count, errorSummary, inForm, instant, keyPart, priority, anyText } from '../form/shapes.js';
import type { PendingRecord } from './pending.js';

const milliseconds = z.number().min(0).max(Number.MAX_SAFE_INTEGER);
const times = count.max(1_000_000);

const paths = z.array(anyText).optional();
const keep = z.looseObject({ pass: paths, read: paths, exists: paths, share: z.number().optional() });

const waiter = z.discriminatedUnion('kind', [
  z.looseObject({
    kind: z.literal('workflow'),
    ...{ token: anyText, execution: anyText, step: anyText },
    index: anyText.optional(),
    keep: keep.optional(),
  }),
  z.looseObject({ kind: z.literal('client') }),
  z.looseObject({ kind: z.literal('agent'), id: keyPart }),
  z.looseObject({ kind: z.literal('saga'), execution: anyText }),
]);

const outcome = z.discriminatedUnion('state', [
  z.looseObject({
    state: z.literal('replied'),
    ...{ by: anyText, at: instant, type: anyText, dataschema: anyText },
    dataref: anyText.optional(),
  }),
  z.looseObject({ state: z.literal('timed-out'), by: anyText, at: instant }),
  z.looseObject({ state: z.literal('failed'), by: anyText, at: instant, error: errorSummary }),
]);

const agents = z.array(keyPart).max(1_000);

const rung = z.discriminatedUnion('kind', [
  z.looseObject({
    kind: z.literal('retry'),
    times,
    timeout: milliseconds.optional(),
    backoff: z.looseObject({ first: milliseconds, most: milliseconds }),
  }),
  z.looseObject({ kind: z.literal('agent'), agents, times, timeout: milliseconds.optional() }),
  z.looseObject({ kind: z.literal('channel'), channel: keyPart, agents, timeout: milliseconds.optional() }),
  z.looseObject({ kind: z.literal('person'), within: milliseconds }),
]);

const cause = z.looseObject({
  state: z.enum(['timed-out', 'failed']),
  ...{ attempt: count, by: anyText, at: instant, messageId: keyPart, deadline: instant },
  error: errorSummary.optional(),
  final: z.boolean().optional(),
});

const command = z.looseObject({
  ...{ dataschema: keyPart, priority },
  dataref: anyText.optional(),
  subject: anyText.optional(),
  actor: anyText.optional(),
  path: anyText.optional(),
});

const climb = z.looseObject({
  channel: keyPart,
  ladder: z.array(rung).max(100).optional(),
  until: instant,
  rung: z.number().int().min(-1).max(100),
  used: count,
  tried: agents,
  order: agents.optional(),
  phase: z.enum(['asked', 'pausing', 'sending']),
  receiver: keyPart.optional(),
  on: keyPart,
  time: z.number(),
  cause: cause.optional(),
  command,
});

const approval = z.looseObject({
  ...{ workflow: anyText, title: anyText, approvers: anyText },
  escalateTo: anyText.optional(),
});

const shown = z.looseObject({
  requestId: keyPart,
  messageId: keyPart,
  type: keyPart,
  replyType: anyText,
  receiver: keyPart.optional(),
  deadline: instant,
  armed: instant.optional(),
  bound: instant.optional(),
  attempt: count,
  step: count.optional(),
  climb: climb.optional(),
  holds: z.enum(['time', 'workflow']).optional(),
  approval: approval.optional(),
  outcome: outcome.optional(),
  correlationId: keyPart,
  hops: count,
  tenant: anyText.optional(),
  traceparent: anyText.optional(),
});

const whole = shown.extend({ waiter });

/** @throws LanewayError UNREADABLE */
export function checkRecord(record: PendingRecord): PendingRecord {
  return inForm(whole, record, 'the record of the request');
}

/** Holds a record without its waiter against its form. @throws LanewayError UNREADABLE */
export function checkShownRecord(record: Omit<PendingRecord, 'waiter'>): Omit<PendingRecord, 'waiter'> {
  return inForm(shown, record, 'the record of the request');
}
