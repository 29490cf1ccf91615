/** A change of one rule. */
export interface Mutation {
  /** kebab-case. */
  readonly name: string;
  /** Sentence that describes the program once the rule is broken. */
  readonly title: string;
  readonly edits: readonly Edit[];
  /** Rows of which at least one must fail, the likeliest first; none where tests alone notice. */
  readonly rows: readonly string[];
  /** Test files of `unit` and `scenarios` of which one must fail, for what no quick row sees. */
  readonly tests?: readonly string[];
}

/** A text of a file, which must stand there exactly once, and what replaces it. */
export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** Makes an edit. @throws Error when its text does not stand there exactly once: the mutation has rotted */
export function edited(text: string, { file, find, replace }: Edit): string {
  const found = text.split(find).length - 1;
  if (found !== 1) throw new Error(`the text of a mutation stands ${found} times in ${file}, not once: ${find}`);
  return text.replace(find, () => replace);
}
