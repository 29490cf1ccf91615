/** Forms that differ from run to run, by what stands for them. The longest forms first, as parts of them are others. */
const varying: readonly (readonly [RegExp, string])[] = [
  // eslint-disable-next-line no-control-regex -- colours are control sequences
  [/\u001b\[[0-9;]*m/g, ''],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z?/g, '<time>'],
  [/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<id>'],
  [/127\.0\.0\.1:\d+/g, '127.0.0.1:<port>'],
  [/\b[0-9a-f]{40,}\b/g, '<digest>'],
  [/\+?\d+(\.\d+)? ?(ms|s|min|h|d|seconds?|minutes?|hours?|days?|MB|KB)\b/g, '<amount>'],
  [/<amount>( <amount>)+/g, '<amount>'],
  [/\s+/g, ' '],
];

/** A line with what varies replaced, and its white space folded. */
export function steady(line: string): string {
  return varying.reduce((text, [form, name]) => text.replace(form, name), line).trim();
}

/**
 * The first line of `expected` that `printed` does not have where it should stand; `undefined` when it has all of them in their
 * order. A line `...` stands for any number of lines. Lines are compared without what varies: times, ids, durations, ports.
 */
export function missingLine(expected: string, printed: string): string | undefined {
  const wanted = expected.split('\n').filter((line) => line.trim() !== '');
  const lines = printed.split('\n').map(steady).filter(Boolean);
  let at = 0;
  let anywhere = true;
  for (const line of wanted) {
    if (line.trim() === '...') {
      anywhere = true;
      continue;
    }
    const found = lines.indexOf(steady(line), at);
    if (found < 0 || (!anywhere && found !== at)) return line;
    at = found + 1;
    anywhere = false;
  }
  return undefined;
}
