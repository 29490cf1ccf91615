/**
 * Matchers of the harness for Vitest, declared for its `expect`.
 *
 * @example
 * ```ts
 * import { harnessMatchers } from 'laneway/testing/vitest';
 *
 * expect.extend(harnessMatchers); // in a setup file of Vitest, with `globals: true`
 * ```
 *
 * @packageDocumentation
 */
import '../domain/base/one-version.js';
import type { HarnessMatchers } from './harness/harness-matchers.js';
export { harnessMatchers } from './harness/harness-matchers.js';

declare module 'vitest' {
  interface Matchers<T> extends HarnessMatchers<T> {}
}
