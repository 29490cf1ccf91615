/** Character that a number's decimals follow. */
export type DecimalSign = 'point' | 'comma';

/** A number as a cell has it, with the unit that is written behind it. */
export interface CellNumber {
  readonly value: number;
  readonly unit: string | undefined;
}

const CELL = /^([+-]?[\d.,]*\d[\d.,]*(?:e[+-]?\d+)?)\s*([^\d\s.,+-].{0,19})?$/i;

/**
 * Reads a number. Nothing is guessed: as long as the decimal sign is not known, a number with a sign in it is refused.
 * @returns the number, or why there is none
 */
export function readNumber(cell: string, decimal: DecimalSign | undefined): CellNumber | string {
  const [, digits = '', unit] = CELL.exec(cell) ?? [];
  const shown = `'${cell.slice(0, 40)}'`;
  if (digits === '') return `${shown} is no number`;
  const signs = digits.replaceAll(/[^.,]/g, '');
  if (signs.length > 1) return `${shown} is no number: it has ${String(signs.length)} decimal or grouping signs`;
  if (signs !== '' && decimal === undefined)
    return `${shown} is no certain number: nothing in the file says which decimal sign it has; declare it (decimal: point or comma)`;
  if (signs !== '' && signs !== SIGNS[decimal ?? 'point'])
    return `${shown} is no number: the decimal sign of the file is a ${decimal ?? 'point'}`;
  const value = Number(digits.replace(',', '.'));
  if (!Number.isFinite(value)) return `${shown} is no number`;
  return { value, unit: unit?.trim() };
}

const SIGNS: Readonly<Record<DecimalSign, string>> = { point: '.', comma: ',' };

/**
 * The decimal sign that a cell proves, if it does: its one sign cannot group thousands, or one that comes twice does. `1,234` proves
 * nothing.
 */
export function provenSign(cell: string): DecimalSign | undefined {
  const digits = /^[+-]?([\d.,]+)/.exec(cell)?.[1] ?? '';
  const [, whole = '', sign, rest = ''] = /^(\d*)([.,])(.+)$/.exec(digits) ?? [];
  if (sign === undefined) return undefined;
  const [own, other] = sign === '.' ? (['point', 'comma'] as const) : (['comma', 'point'] as const);
  if (/^\d+$/.test(rest)) return rest.length === 3 && /^[1-9]\d{0,2}$/.test(whole) ? undefined : own;
  return (sign === '.' ? /^\d{3}(?:\.\d{3})*(?:,\d+)?$/ : /^\d{3}(?:,\d{3})*(?:\.\d+)?$/).test(rest)
    ? other
    : undefined;
}

/** True for a cell whose number depends on the decimal sign. */
export function needsSign(cell: string): boolean {
  return /\d[.,]|[.,]\d/.test(cell);
}
