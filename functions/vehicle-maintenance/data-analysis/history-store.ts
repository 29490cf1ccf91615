import type { Reading } from '../schemas.js';

/** Readings of a vehicle that are kept for comparison. */
export const HISTORY_LENGTH = 30;

/** Keeps each vehicle's latest readings. */
export interface HistoryStore {
  /** The latest readings, oldest first, without those of `effectKey` itself: a redelivery sees what the first try saw. */
  recent(vin: string, effectKey: string): Promise<Reading[]>;
  /** Adds readings; the same effect key again changes nothing. */
  append(vin: string, readings: readonly Reading[], effectKey: string): Promise<void>;
}

/** A {@link HistoryStore} in memory. */
export function memoryHistory(): HistoryStore {
  const kept = new Map<string, { effectKey: string; readings: readonly Reading[] }[]>();
  return {
    recent: (vin, effectKey) =>
      Promise.resolve(
        (kept.get(vin) ?? [])
          .filter((entry) => entry.effectKey !== effectKey)
          .flatMap(({ readings }) => readings)
          .slice(-HISTORY_LENGTH),
      ),
    append: (vin, readings, effectKey) => {
      const known = kept.get(vin) ?? [];
      if (!known.some((entry) => entry.effectKey === effectKey)) kept.set(vin, [...known, { effectKey, readings }]);
      return Promise.resolve();
    },
  };
}
