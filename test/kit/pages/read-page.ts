import { readFileSync } from 'node:fs';

/** A fenced block of a page: its language, the flags behind it, and its text. */
export interface FencedBlock {
  /** Line of the opening fence, from 1. */
  readonly line: number;
  readonly language: string;
  /**
   * Words behind the language: `file=messages.ts`, `skip="needs an account"`. A word without a value is the empty text.
   * Renderers show the language alone.
   */
  readonly flags: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Flags that mean something to {@link FencedBlock}'s readers; any other one is a mistake in the page. */
const known: Readonly<Record<string, readonly string[]>> = {
  sh: ['skip', 'exit', 'background', 'eventually'],
  text: ['output', 'file'],
};
/** Any other language may name the file that the block is written to, or say why it is not. */
const anyOther = ['file', 'skip'];

/**
 * The fenced blocks of a Markdown page, in their order.
 * @throws Error for a fence that is not closed, or a flag that its language does not know, with the line
 */
export function readPage(path: string): readonly FencedBlock[] {
  const blocks: FencedBlock[] = [];
  let open: { readonly line: number; readonly info: string; readonly text: string[] } | undefined;
  for (const [at, line] of readFileSync(path, 'utf8').split('\n').entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (fence === null) open?.text.push(line);
    else if (open === undefined) open = { line: at + 1, info: fence[1] ?? '', text: [] };
    else {
      blocks.push({ line: open.line, ...readInfo(open.info, `${path}:${open.line}`), text: open.text.join('\n') });
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`${path}:${open.line}: the block is not closed`);
  return blocks;
}

function readInfo(info: string, place: string): Pick<FencedBlock, 'language' | 'flags'> {
  const [language = '', ...words] = info.trim().match(/[^\s="]+(?:="[^"]*"|=\S+)?/g) ?? [];
  const flags = Object.fromEntries(
    words.map((word) => {
      const [, name = '', value = ''] = /^([^=]+)(?:=(.*))?$/.exec(word) ?? [];
      return [name, value.replace(/^"|"$/g, '')];
    }),
  );
  const allowed = known[language] ?? anyOther;
  for (const name of Object.keys(flags)) {
    if (!allowed.includes(name))
      throw new Error(`${place}: '${name}' is no flag of ${language}: ${allowed.join(', ')}`);
  }
  return { language, flags };
}

/**
 * The commands of a shell block: lines, with those that follow a backslash, or belong to a here-document, joined to the
 * command that they continue. Comments and blank lines are none.
 */
export function shellCommandsOf(text: string): readonly string[] {
  const commands: string[] = [];
  let current: string[] = [];
  let until: string | undefined;
  for (const line of text.split('\n')) {
    if (current.length === 0 && /^\s*(#|$)/.test(line)) continue;
    current.push(line);
    if (until !== undefined) {
      if (line !== until) continue;
      until = undefined;
    } else {
      until = /<<-?'?"?(\w+)/.exec(line)?.[1];
      if (until !== undefined || line.endsWith('\\')) continue;
    }
    commands.push(current.join('\n'));
    current = [];
  }
  if (current.length > 0) throw new Error(`the last command is not finished: ${current.join('\n')}`);
  return commands;
}
