/**
 * Values of the letters and weights of the positions for the VIN check digit, as 49 CFR 565.15(c) prescribes:
 * the weighted sum modulo 11 stands in position nine, ten written as X.
 */
const LETTER_VALUE: Readonly<Record<string, number>> = {
  A: 1,
  B: 2,
  C: 3,
  D: 4,
  E: 5,
  F: 6,
  G: 7,
  H: 8,
  J: 1,
  K: 2,
  L: 3,
  M: 4,
  N: 5,
  P: 7,
  R: 9,
  S: 2,
  T: 3,
  U: 4,
  V: 5,
  W: 6,
  X: 7,
  Y: 8,
  Z: 9,
};
const WEIGHT = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2] as const;

function checkDigit(vin: string): string {
  const sum = WEIGHT.reduce<number>((total, weight, at) => {
    const character = vin.charAt(at);
    return total + weight * (LETTER_VALUE[character] ?? Number(character));
  }, 0);
  const rest = sum % 11;
  return rest === 10 ? 'X' : String(rest);
}

/** True when position nine of a 17-character VIN is its check digit: of every North American vehicle, not of every European one. */
export function hasValidCheckDigit(vin: string): boolean {
  return /^[A-HJ-NPR-Z0-9]{17}$/.test(vin) && vin.charAt(8) === checkDigit(vin);
}

/**
 * The VIN of sample vehicle `index` (0, 1, 2, ...): always the same, different for each, with a valid check digit.
 * For telemetry that names no vehicle; `1LW` is no maker's code in use.
 */
export function sampleVin(index: number): string {
  if (!Number.isInteger(index) || index < 0 || index > 999_999) {
    throw new RangeError(`sampleVin: got ${String(index)}, allowed are whole numbers from 0 to 999999`);
  }
  const draft = `1LWAN3AY0RP${String(index).padStart(6, '0')}`;
  return draft.slice(0, 8) + checkDigit(draft) + draft.slice(9);
}
