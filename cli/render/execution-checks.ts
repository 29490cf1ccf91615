import type { ExecutionCheck } from '../../shared/testing/recordings/check-executions.js';
import type { Paint } from './paint.js';

/** Recorded executions in new code: `laneway workflow check`. Those that go the same way are only counted. */
export function checksText(checks: readonly ExecutionCheck[], paint: Paint): string[] {
  const count = (...verdicts: readonly ExecutionCheck['verdict'][]) =>
    checks.filter(({ verdict }) => verdicts.includes(verdict)).length;
  const paints = { breaks: paint.bad, differs: paint.warn, note: paint.faint };
  const told = checks.flatMap(({ execution, status, verdict, findings }) =>
    findings.length === 0
      ? []
      : [
          `${paint.strong(execution)} (${status}): ${verdict === 'noted' ? 'the same as far as it came' : verdict}`,
          ...findings.flatMap(({ kind, level, step, index, what, todo }) => [
            `  ${paints[level](kind)}${step === undefined ? '' : ` at ${step}${index === undefined ? '' : ` #${index}`}`}: ${what}`,
            `    ${todo}`,
          ]),
          '',
        ],
  );
  return [
    ...told,
    `${checks.length} executions: ${count('same', 'noted')} go the same way, ${count('differs')} another way, ${count('breaks')} would fail`,
  ];
}
