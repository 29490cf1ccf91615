import '../domain/base/one-version.js';
import type {} from 'expect';
import type { HarnessMatchers } from './harness/harness-matchers.js';
export { harnessMatchers } from './harness/harness-matchers.js';

// Two places: `expect` of @jest/globals takes its matchers from the package expect, the global one from @types/jest.
declare module 'expect' {
  interface Matchers<R> extends HarnessMatchers<R> {}
}
declare global {
  namespace jest {
    interface Matchers<R> extends HarnessMatchers<R> {}
  }
}
