/**
 * Characters that steer a terminal or reorder, hide or forge what stands around them: controls (C0, DEL, C1, so ESC, CSI
 * and OSC as well), formats (bidi overrides and isolates, zero width, tags), separators of lines, halves of surrogate
 * pairs, and letters without a shape.
 */
const STEERING = String.raw`[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u034f\u115f\u1160\u3164\uffa0]`;
const IN_TEXT = new RegExp(String.raw`(?!\t|\r?\n)${STEERING}`, 'gu');
const IN_LINE = new RegExp(STEERING, 'gu');

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Text of several lines with its steering characters spelled out, such as `\u001b` for ESC; tabs and line breaks stay. The
 * spelling is that of JSON strings, so that JSON reads as the same value.
 */
export function visibleText(text: string): string {
  return text.replace(IN_TEXT, spelled);
}

/** Text for one line, as {@link visibleText}, tabs and line breaks spelled out as well: it forges no line and no column. */
export function visibleLine(text: string): string {
  return text.replace(IN_LINE, spelled);
}

function spelled(character: string): string {
  return SHORT[character] ?? character.split('').map(codeUnit).join('');
}

function codeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
