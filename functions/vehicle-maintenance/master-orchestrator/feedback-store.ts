import type { Feedback, Insight } from '../schemas.js';

/** Keeps feedback and the insights already told. */
export interface FeedbackStore {
  /** Adds a feedback; one that is known by `feedbackId` and time changes nothing. */
  append(feedback: Feedback): Promise<void>;
  /** All feedback with `from` <= time <= `until`, oldest first. */
  between(from: Date, until: Date): Promise<Feedback[]>;
  /** Insights of {@link FeedbackStore.remember}, in any order, but for those that `effectKey` itself recorded. */
  told(effectKey?: string): Promise<Insight[]>;
  /**
   * Records that an insight is told. False if the same one (component, symptom, factor, value and support) has already been recorded:
   * of several callers that found it at the same time, one hears true. A caller that comes again with the `effectKey` of its record
   * hears true again, so that a redelivered message repeats what it did.
   */
  remember(insight: Insight, effectKey: string): Promise<boolean>;
}

/** The identity of one telling of an insight. */
export const insightKey = ({ component, symptom, factor, value, support }: Insight): string =>
  JSON.stringify([component, symptom, factor, value, support]);

/** A {@link FeedbackStore} in memory. */
export function memoryFeedback(): FeedbackStore {
  const feedback = new Map<string, Feedback>();
  const insights = new Map<string, { insight: Insight; effectKey: string }>();
  return {
    append: (one) => {
      const key = `${one.time} ${one.feedbackId}`;
      if (!feedback.has(key)) feedback.set(key, one);
      return Promise.resolve();
    },
    between: (from, until) =>
      Promise.resolve(
        [...feedback.values()]
          .filter(({ time }) => Date.parse(time) >= from.getTime() && Date.parse(time) <= until.getTime())
          .toSorted((a, b) => Date.parse(a.time) - Date.parse(b.time)),
      ),
    told: (effectKey) =>
      Promise.resolve(
        [...insights.values()].filter((entry) => entry.effectKey !== effectKey).map(({ insight }) => insight),
      ),
    remember: (insight, effectKey) => {
      const known = insights.get(insightKey(insight));
      if (known === undefined) insights.set(insightKey(insight), { insight, effectKey });
      return Promise.resolve(known === undefined || known.effectKey === effectKey);
    },
  };
}
