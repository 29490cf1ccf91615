import '../domain/one-version.js';
import type { HarnessMatchers } from './harness-matchers.js';
export { harnessMatchers } from './harness-matchers.js';

declare module 'vitest' {
  interface Matchers<T> extends HarnessMatchers<T> {}
}
