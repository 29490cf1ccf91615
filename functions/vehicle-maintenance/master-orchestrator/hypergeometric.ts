/** Natural logarithms of the factorials of 0 to n. */
function logFactorials(n: number): number[] {
  const logs = [0];
  for (let k = 1; k <= n; k += 1) logs.push((logs[k - 1] ?? 0) + Math.log(k));
  return logs;
}

/**
 * P(X >= k) of the hypergeometric distribution: of `total` items `marked` are marked, `drawn` are drawn without replacement, X of them
 * are marked. It is Fisher's exact test, one-sided, of the 2x2 table with these margins.
 */
export function hypergeometricTail(k: number, total: number, marked: number, drawn: number): number {
  const logs = logFactorials(total);
  const log = (n: number): number => logs[n] ?? 0;
  const choose = (n: number, m: number): number => log(n) - log(m) - log(n - m);
  let tail = 0;
  for (let x = Math.max(k, marked + drawn - total, 0); x <= Math.min(marked, drawn); x += 1) {
    tail += Math.exp(choose(marked, x) + choose(total - marked, drawn - x) - choose(total, drawn));
  }
  return Math.min(1, tail);
}
