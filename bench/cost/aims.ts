/** Aims of `bench cost`, in USD for a million, by the name of what is measured. */
export const AIMS: Readonly<Record<string, number>> = {
  'bus hop, full batches': 3,
  'bus hop, one a second': 4.5,
  'direct hop, full batches': 1.9,
  'healthy vehicle': 70,
};

/** True where an aim is met; undefined where there is none. */
export function isMet(name: string, usdPerMillion: number): boolean | undefined {
  const aim = AIMS[name];
  return aim === undefined ? undefined : usdPerMillion <= aim;
}
