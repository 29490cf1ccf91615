import { readFileSync } from 'node:fs';
import { createProgram } from '../../../cli/program.js';
import { shellCommandsOf, readPage } from './read-page.js';

/** A call of the command on a page: its arguments, and where it stands. */
export interface WrittenCall {
  readonly place: string;
  readonly text: string;
  readonly args: readonly string[];
}

type Program = ReturnType<typeof createProgram>;

/** Ways to call `laneway`: itself, npx, or this repository's script. */
const CALL = /^(?:npx (?:--no )?(?:--package \S+ )?laneway|npm run (?:--silent )?laneway --|laneway)(?:\s|$)/;

/**
 * Calls in the shell blocks of a page, those in pipes and substitutions among them. A placeholder, `<dead letter>`, is one
 * argument: `1`, which is a name, an id and a number.
 */
export function callsInBlocks(page: string): readonly WrittenCall[] {
  const shells = readPage(page).filter(({ language }) => language === 'sh');
  return shells.flatMap(({ line, text }) =>
    shellCommandsOf(text).flatMap((command) =>
      simpleCommands(command).flatMap((one) => {
        const called = CALL.exec(one);
        if (called === null) return [];
        return [{ place: `${page}:${line}`, text: one, args: shellWords(one.slice(called[0].length)) }];
      }),
    ),
  );
}

/** Calls in the running text of a page, between backticks. They may be cut short, as `laneway dlq` is. */
export function callsInText(page: string): readonly WrittenCall[] {
  const text = readFileSync(page, 'utf8').replaceAll(/^```[^]*?^```$/gm, '');
  return [...text.matchAll(/`(laneway [^`]+)`/g)].map(([, call = '']) => {
    const one = call.replaceAll(/\s+/g, ' ');
    return { place: page, text: one, args: shellWords(one.slice('laneway '.length)) };
  });
}

/** Parts of a command line that are commands themselves, without comments and without what leads their output elsewhere. */
function simpleCommands(command: string): string[] {
  const whole = command.replaceAll(/\\\n\s*/g, ' ').replaceAll(/<[a-z][^<>]*>/g, '1');
  const inner = [...whole.matchAll(/\$\(([^()]*)\)/g)].map(([, one = '']) => one);
  const bare = whole.replaceAll(/\$\([^()]*\)/g, '1');
  return [bare, ...inner].flatMap((line) => pieces(line).map((piece) => piece.trim()));
}

/** Split where the shell ends a command; nothing between quotes counts. */
function pieces(line: string): string[] {
  const found = [''];
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (quote === '' && character === '#' && /^\s?$/.test(line.charAt(at - 1))) break;
    if (quote === '' && character === '>') break;
    if (quote === '' && /[|;&\n]/.test(character)) found.push('');
    else {
      if (character === quote) quote = '';
      else if (quote === '' && /['"]/.test(character)) quote = character;
      found[found.length - 1] += character;
    }
  }
  return found;
}

function shellWords(text: string): string[] {
  const words = text.match(/(?:'[^']*'|"(?:\\.|[^"\\])*"|[^\s'"])+/g) ?? [];
  return words.map((word) =>
    word.replaceAll(/'([^']*)'|"((?:\\.|[^"\\])*)"/g, (_, one?: string, two?: string) => one ?? two ?? ''),
  );
}

/** Parses a call as the command does, and runs nothing. @throws CommanderError as it does */
export async function parseCall(args: readonly string[]): Promise<void> {
  const program = createProgram('0.0.0', () => undefined);
  everyCommand(program).forEach((command) => {
    command.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
    if (command.commands.length === 0) command.action(() => undefined);
  });
  await program.parseAsync([...args], { from: 'user' });
}

/** The first word of a call that no command or option of the program is; undefined when all are. */
export function unknownWord(args: readonly string[]): string | undefined {
  const program = createProgram('0.0.0', () => undefined);
  let command: Program = program;
  const path: Program[] = [program];
  for (const [index, word] of args.entries()) {
    if (word === '--help') continue;
    if (word.startsWith('--')) {
      const name = word.split('=')[0];
      const near = [...path, ...everyCommand(command)].flatMap(({ options }) => options.map(({ long }) => long));
      if (!near.includes(name)) return word;
      continue;
    }
    if (command.commands.length === 0) continue;
    // Of `list|show` each is a command; what follows is looked up at the first.
    const found = word.split('|').map((name) => command.commands.find((one) => one.name() === name));
    const [next] = found;
    if (next !== undefined && !found.includes(undefined)) path.push((command = next));
    else if (/^[a-z]/.test(word) && args[index - 1]?.startsWith('--') !== true) return word;
  }
  return undefined;
}

function everyCommand(command: Program): Program[] {
  return [command, ...command.commands.flatMap((one) => everyCommand(one))];
}
