/**
 * The first `most` UTF-16 units of a text. A pair of surrogates at the end is kept whole or left out, as half of a pair is no
 * character: DynamoDB refuses an attribute that holds one.
 */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  const last = text.charCodeAt(most - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? most - 1 : most);
}

/** A text of at most `most` UTF-16 units: a longer one is cut, and says at its end how long it was. */
export function shortText(text: string, most: number): string {
  if (text.length <= most) return text;
  const note = ` … (cut: it has ${text.length} characters)`;
  return `${cutText(text, most - note.length)}${note}`;
}

/** True for a text without half of a surrogate pair, which no store takes. */
export function isWellFormed(text: string): boolean {
  return text.isWellFormed();
}

/** The text with U+FFFD in place of each half of a surrogate pair that stands alone. */
export function wellFormed(text: string): string {
  return text.toWellFormed();
}

/**
 * A text for whoever sent a message or holds a link, without the places of the account: ARNs, and addresses with an account's
 * number. An error of AWS names role, table and account, and its text goes back to the other side.
 */
export function withoutPlaces(text: string): string {
  return text
    .replace(/\barn:aws[\w-]*:[^\s'"`,;)\]}]*/g, '(an ARN)')
    .replace(/https?:\/\/[^\s'"`]+/g, (address) => (/\d{12}/.test(address) ? '(an address)' : address));
}
