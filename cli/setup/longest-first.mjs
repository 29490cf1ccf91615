import { statSync } from 'node:fs';

/** Projects in the order in which their files begin: what installs and deploys takes minutes, a contract takes seconds. */
const order = ['outside', 'e2e', 'integration', 'contract'];
/** Files that are short and take long. */
const longer = /how-tos[^/]*\.test\.ts$/;

/**
 * Jest's order of test files on several engines: the longest first, so that no worker is left with one of them at the end. By
 * project and size, as a fresh clone remembers no times.
 */
export default class LongestFirst {
  sort(tests) {
    const weight = ({ context, path }) => [
      order.indexOf(context.config.displayName.name),
      longer.test(path) ? 0 : 1,
      -statSync(path).size,
    ];
    return [...tests].sort((a, b) => {
      const [one, other] = [weight(a), weight(b)];
      return one[0] - other[0] || one[1] - other[1] || one[2] - other[2];
    });
  }

  shard(tests) {
    return tests;
  }

  /** `--onlyFailures` is answered by jest's own order, which remembers; this one runs all. */
  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {}
}
