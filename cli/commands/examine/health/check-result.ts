import { defined } from '../../../../shared/domain/base/defined.js';
import { EXIT, type ExitCode } from '../../../context/exit-codes.js';
import type { Paint } from '../../../render/paint.js';
import { table } from '../../../render/table.js';

/** Result of one check. `warn`: it works, and somebody should look; `fail`: something does not work. */
export interface CheckResult {
  readonly check: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly told: string;
  /** Commands to type. */
  readonly fix?: string;
}

/** Result of a check without its name: its state, a line, and the command to type. */
export type Found = Omit<CheckResult, 'check'>;

export const ok = (told: string): Found => ({ state: 'ok', told });
export const warn = (told: string, fix?: string): Found => ({
  state: 'warn',
  told,
  ...defined({ fix }),
});
export const fail = (told: string, fix?: string): Found => ({
  state: 'fail',
  told,
  ...defined({ fix }),
});

/** Checks by name, run side by side; one that throws has failed, with the first line of its error. */
export async function runChecks(
  checks: Readonly<Record<string, () => Promise<Found> | Found>>,
): Promise<readonly CheckResult[]> {
  return Promise.all(
    Object.entries(checks).map(async ([check, run]): Promise<CheckResult> => {
      try {
        return { check, ...(await run()) };
      } catch (error) {
        return { check, ...fail(lineOf(error)) };
      }
    }),
  );
}

/** 1 when a check has failed, else 0: a warning stops no script. */
export function exitOf(results: readonly CheckResult[]): ExitCode {
  return results.some(({ state }) => state === 'fail') ? EXIT.failed : EXIT.ok;
}

/** Results as a table; under those with a fix, what to type. */
export function checkResultsText(results: readonly CheckResult[], paint: Paint): string {
  const paints = { ok: paint.good, warn: paint.warn, fail: paint.bad };
  const rows = results.map(({ check, state, told }) => [{ text: state, paint: paints[state] }, check, told]);
  const fixes = results.flatMap(({ check, fix }) => (fix === undefined ? [] : [`${check}: ${fix}`]));
  return [...table(rows), ...(fixes.length === 0 ? [] : ['', ...fixes])].join('\n');
}

function lineOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [line = ''] = error.message.split('\n');
  const named = error.name === 'Error' || error.name === 'LanewayError' || line.includes(error.name);
  return line === '' ? error.name : named ? line : `${error.name}: ${line}`;
}
