import { readFileSync } from 'node:fs';
import { LanewayError } from '../../shared/domain/base/errors.js';

/** Reads a payload that was given as `-`, to its end. */
export type ReadAll = () => string;

const readStandardInput: ReadAll = () => readFileSync(0, 'utf8');

/**
 * The payload that `--data` names: `@file` (relative to the working directory), `-` (standard input), else JSON as it
 * stands.
 * @throws LanewayError NOT_FOUND for a file that is not there, UNPARSEABLE with line and column for what is no JSON
 */
export function readData(given: string, readInput: ReadAll = readStandardInput): unknown {
  if (given === '-') return parseJson(readInput(), 'standard input');
  if (given.startsWith('@')) return parseJson(readText(given.slice(1)), given.slice(1));
  return parseJson(given, '--data');
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new LanewayError('NOT_FOUND', `--data @${path} cannot be read`, {
      cause,
      help: ['allowed: @file, - for standard input, or the JSON itself'],
    });
  }
}

/** @throws LanewayError UNPARSEABLE with the place and the line it stands in */
export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const { line, column, problem } = placeOf(text, cause);
    const shown = text.split('\n')[line - 1] ?? '';
    // A long line is shown around the fault.
    const start = Math.max(0, column - 41);
    const part = shown.slice(start, start + 80);
    throw new LanewayError('UNPARSEABLE', `${where} is no JSON: line ${line}, column ${column}: ${problem}`, {
      cause,
      help: [
        part,
        `${' '.repeat(Math.max(0, column - 1 - start))}^`,
        'allowed: @file, - for standard input, or the JSON itself (quoted for the shell)',
      ],
    });
  }
}

/**
 * Line and column at which the parser stopped. Its message names the position in most cases. When it quotes the text instead,
 * the position is the end of the longest beginning that could still become JSON.
 */
function placeOf(text: string, cause: unknown): { line: number; column: number; problem: string } {
  const message = cause instanceof Error ? cause.message : String(cause);
  const named = /at position (\d+)/.exec(message)?.[1];
  const position = named === undefined ? faultIn(text) : Number(named);
  const before = text.slice(0, position).split('\n');
  const ended = position >= text.length;
  const problem = ended ? 'it ends too early' : `unexpected ${JSON.stringify(text[position] ?? '')}`;
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, problem };
}

/** Position of the first character after which no continuation is JSON; the length when it only ends too early. */
function faultIn(text: string): number {
  const fits = (length: number): boolean => {
    const prefix = text.slice(0, length);
    try {
      JSON.parse(prefix);
      return true;
    } catch (error) {
      const message = error instanceof Error ? error.message : '';
      return (
        /end of JSON input|Unterminated/i.test(message) ||
        Number(/at position (\d+)/.exec(message)?.[1] ?? -1) >= length
      );
    }
  };
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
