import { withoutLinks } from '../../shared/domain/request/approval-link.js';
import type { ENGINES } from './engine-choices.js';
import { plainPaint, terminalPaint, type Paint } from '../render/paint.js';

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

/** Output of a command: data to stdout, everything else to stderr. */
export interface Output {
  readonly json: boolean;
  readonly quiet: boolean;
  /** Colours for data on stdout. */
  readonly paint: Paint;
  /** Columns of the terminal; endless when stdout is none. */
  readonly width: number;
  /** Data: `value` as JSON on one line with `--json`, else what `render` makes of it; links of approvals are not shown. */
  result(value: unknown, render: () => string): void;
  /** Prints a line of progress to stderr; nothing with `--quiet`. */
  readonly progress: (line: string) => void;
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
  const colour = stdout.isTTY === true && !json && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  return {
    json,
    quiet,
    paint: colour ? terminalPaint : plainPaint,
    width: stdout.isTTY === true ? (stdout.columns ?? 80) : Number.POSITIVE_INFINITY,
    result: (value, render) =>
      void stdout.write(`${withoutLinks(json ? JSON.stringify(value) : render().trimEnd())}\n`),
    progress: (line) => {
      if (!quiet) stderr.write(`${line}\n`);
    },
  };
}
