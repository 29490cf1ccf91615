import '../domain/base/one-version.js';
import type { HarnessMatchers } from './harness/harness-matchers.js';
export { harnessMatchers } from './harness/harness-matchers.js';

declare module 'vitest' {
  interface Matchers<T> extends HarnessMatchers<T> {}
}
