import * as z from 'zod';
import { anyText, count, inForm, instant, keyPart, priority } from '../form/shapes.js';
import { storedJson, unreadable } from '../form/stored-json.js';
import type { NotedStep, Replied, Saga, SagaFacts, UndoStep } from './saga.js';

const facts = z.looseObject({
  ...{ workflow: keyPart, execution: keyPart },
  message: z.looseObject({
    ...{ id: keyPart, type: keyPart, source: keyPart, time: instant, correlationid: keyPart, priority, hops: count },
    path: anyText.optional(),
    deadline: instant.optional(),
    traceparent: anyText.optional(),
    tenant: anyText.optional(),
    actor: anyText.optional(),
    subject: anyText.optional(),
  }),
});

/** Number of a step. Each costs its reader a look, and no execution has so many. */
const place = count.max(100_000);

const state = z.looseObject({
  noted: place,
  reopened: z.array(place),
  reopenings: count,
  failed: anyText.optional(),
  next: place.optional(),
  told: count.optional(),
});

const replied = z.looseObject({
  state: z.literal('replied'),
  ...{ by: anyText, at: instant, type: anyText, dataschema: anyText },
  dataref: anyText.optional(),
});

const step = z.looseObject({
  ...{ number: count.min(1), requestId: keyPart, step: anyText, type: keyPart },
  version: count.optional(),
  timeoutSeconds: z.number().min(0).max(Number.MAX_SAFE_INTEGER),
  late: replied.optional(),
  undoing: z.enum(['undone', 'failed']).optional(),
});

/** State of a saga beside its facts. */
export type SagaState = Omit<Saga, keyof SagaFacts>;

/** A saga from its stored facts (JSON), and where it stands. @throws LanewayError UNREADABLE */
export function sagaFrom(text: string, standing: SagaState): Saga {
  const what = 'the saga';
  const stored = inForm(facts, objectFrom(text, what) as unknown as SagaFacts, what);
  return { ...stored, ...inForm(state, standing, what) };
}

/** Texts of a step as a store keeps them. */
export interface StoredStep {
  /** The step, JSON. */
  readonly text: unknown;
  /** The reply that came late, JSON. */
  readonly late?: unknown;
  readonly undoing?: unknown;
}

/** A step from its stored texts, under its number. @throws LanewayError UNREADABLE */
export function stepFrom({ text, late, undoing }: StoredStep, number: number): NotedStep {
  const what = 'a step of the saga';
  const stored = objectFrom(text, what) as unknown as UndoStep;
  const more = {
    ...(late === undefined ? {} : { late: objectFrom(late, what) as unknown as Replied }),
    ...(undoing === undefined ? {} : { undoing: undoing as NonNullable<NotedStep['undoing']> }),
  };
  return inForm(step, { ...stored, number, ...more }, what);
}

function objectFrom(text: unknown, what: string): object {
  if (typeof text !== 'string') throw unreadable(`${what} is no text`);
  const stored = storedJson(text, what);
  if (typeof stored !== 'object' || stored === null) throw unreadable(`${what} is no object`);
  return stored;
}
