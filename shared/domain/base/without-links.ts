/** A link to an approval within other text, from the end of its approval's id on: `approval-link.ts` says how it is made. */
const TOKEN_END = /^~[12]~[0-9a-z]{1,9}~[\w-]{43}/;
/** Most characters that {@link TOKEN_END} takes. */
const LONGEST_END = 56;
const OF_AN_ID = /[\w.:-]/;
const LONGEST_ID = 128;

/** An escape of JSON that has begun at the end of a text: `\`, `\u`, or `\u` with some of its four digits. */
const BEGUN_ESCAPE = /\\(?:u[\da-f]{0,3})?$/i;
/** Most characters that {@link BEGUN_ESCAPE} takes. */
const LONGEST_BEGUN = 5;

/** Text that stands where a link was. */
export const LINK_NOT_SHOWN = '(link not shown)';

/**
 * `text` with its links to approvals blanked out: anybody who has a link can decide. JSON stays JSON, and so does JSON in its texts.
 * Only the surroundings of a `~` are looked at, so that the work grows with the text, whatever stands in it.
 */
export function withoutLinks(text: string): string {
  let shown = '';
  let from = 0;
  for (let at = text.indexOf('~'); at >= 0; at = text.indexOf('~', Math.max(from, at + 1))) {
    const end = TOKEN_END.exec(text.slice(at, at + LONGEST_END))?.[0];
    if (end === undefined || !OF_AN_ID.test(text.charAt(at - 1))) continue;
    let start = at;
    while (start > Math.max(from, at - LONGEST_ID) && OF_AN_ID.test(text.charAt(start - 1))) start--;
    start = Math.min(at, start + leftOfEscape(text, start, from));
    shown += `${text.slice(from, start)}${LINK_NOT_SHOWN}`;
    from = at + end.length;
  }
  return shown + text.slice(from);
}

/** Characters at `start` that end an escape which has begun before, such as the `n` of `\n`: they are of no id. */
function leftOfEscape(text: string, start: number, from: number): number {
  const begun = BEGUN_ESCAPE.exec(text.slice(Math.max(from, start - LONGEST_BEGUN), start))?.[0];
  if (begun === undefined) return 0;
  const isUnicode = begun.length > 1 || text.charAt(start) === 'u';
  return isUnicode ? 6 - begun.length : 1;
}
