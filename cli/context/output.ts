import { visibleText } from '../../shared/domain/base/visible-text.js';
import { withoutLinks } from '../../shared/domain/base/without-links.js';
import type { ENGINES } from './engine-choices.js';
import { inColour, plainPaint, terminalPaint, type Paint } from '../render/paint.js';

/** The options that every command has. */
export interface GlobalOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly debug?: boolean;
  /** Path of the topology's module, `#export` when it exports several. */
  readonly topology?: string;
  /** Name of the deployed application to work on, without its sources. */
  readonly app?: string;
  readonly engine?: EngineChoice;
}

/** One of {@link ENGINES}: the deployment that a command is about. */
export type EngineChoice = (typeof ENGINES)[number];

/**
 * Output of a command: data to stdout, everything else to stderr. It is the only way to a terminal, so that whatever a
 * message says is shown and steers nothing; the linter refuses to write to the streams themselves.
 */
export interface Output {
  readonly json: boolean;
  readonly quiet: boolean;
  /** Colours for data on stdout. */
  readonly paint: Paint;
  /** Columns of the terminal; endless when stdout is none. */
  readonly width: number;
  /** Data: `value` as JSON on one line with `--json`, else what `render` makes of it; links of approvals are not shown. */
  result(value: unknown, render: () => string): void;
  /** Empties the screen before the next result; nothing where stdout is no terminal, and with `--json`. */
  clear(): void;
  /** Prints a line of progress to stderr; nothing with `--quiet`. */
  readonly progress: (line: string) => void;
  /** Prints why a command failed to stderr. */
  readonly failure: (text: string) => void;
}

/** The streams that an output writes to; `process.stdout` and `process.stderr` are such. */
export interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** The output of one invocation. Colour only on a terminal, and never with NO_COLOR (no-color.org). */
export function createOutput(
  options: Pick<GlobalOptions, 'json' | 'quiet'>,
  stdout: OutputStream = process.stdout,
  stderr: OutputStream = process.stderr,
  env: NodeJS.ProcessEnv = process.env,
): Output {
  const json = options.json === true;
  const quiet = options.quiet === true;
  const print = (stream: OutputStream, text: string): void =>
    void stream.write(`${inColour(visibleText(withoutLinks(text)))}\n`);
  const colour = stdout.isTTY === true && !json && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  return {
    json,
    quiet,
    paint: colour ? terminalPaint : plainPaint,
    width: stdout.isTTY === true ? (stdout.columns ?? 80) : Number.POSITIVE_INFINITY,
    result: (value, render) => print(stdout, json ? JSON.stringify(value) : render().trimEnd()),
    clear: () => {
      if (stdout.isTTY === true && !json) stdout.write('\u001b[2J\u001b[H');
    },
    progress: (line) => {
      if (!quiet) print(stderr, line);
    },
    failure: (text) => print(stderr, text),
  };
}
