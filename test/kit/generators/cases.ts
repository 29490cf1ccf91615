/**
 * Number of cases of a test that repeats itself with other names, seeds or numbers: `few` in every run, enough to take each path that
 * the test asserts about; `all` with LANEWAY_CASES=all.
 */
export function cases(few: number, all: number): number {
  return process.env['LANEWAY_CASES'] === 'all' ? all : few;
}
