import { LanewayError } from '../base/errors.js';

/** One step into a value: to a field, to an element (a negative one from the end), or, `null`, to every element. */
type KeepHop = string | number | null;

/** Path to a part of a value; `[]` is all of it. */
export type KeepPath = readonly KeepHop[];

/** Text of the path to all of a value. */
const ALL = '*';

const HOP = /\.?([A-Za-z_]\w*)|\[(\*|-?\d+|"(?:[^"\\]|\\.)*")\]/y;

/** A path as text: `parts[*].id`, `readings[-1]`, `["a field"]`, and `*` for all of a value. */
export function keepPathText(path: KeepPath): string {
  const text = path.reduce<string>((before, hop) => {
    if (typeof hop !== 'string') return `${before}[${hop ?? '*'}]`;
    if (!/^[A-Za-z_]\w*$/.test(hop)) return `${before}[${JSON.stringify(hop)}]`;
    return before === '' ? hop : `${before}.${hop}`;
  }, '');
  return text === '' ? ALL : text;
}

/** Reads what {@link keepPathText} wrote. @throws LanewayError INVALID_WORKFLOW */
export function keepPathOf(text: string): KeepPath {
  if (text === ALL) return [];
  const path: KeepHop[] = [];
  const hop = new RegExp(HOP);
  while (hop.lastIndex < text.length) {
    const at = hop.lastIndex;
    const found = hop.exec(text);
    if (!found) {
      throw new LanewayError(
        'INVALID_WORKFLOW',
        `'${text}' says nothing about what is kept, from character ${at + 1} on`,
        {
          help: ['allowed: what defineWorkflow compiles to; deploy machine and dispatcher of one version'],
        },
      );
    }
    const [, field, inner = ''] = found;
    if (field !== undefined) path.push(field);
    else if (inner === '*') path.push(null);
    else path.push(JSON.parse(inner) as string | number);
  }
  return path;
}
