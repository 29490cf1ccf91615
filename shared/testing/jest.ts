import '../domain/one-version.js';
import type {} from 'expect';
import type { HarnessMatchers } from './harness-matchers.js';
export { harnessMatchers } from './harness-matchers.js';

// Two places: `expect` of @jest/globals takes its matchers from the package expect, the global one from @types/jest.
declare module 'expect' {
  interface Matchers<R> extends HarnessMatchers<R> {}
}
declare global {
  namespace jest {
    interface Matchers<R> extends HarnessMatchers<R> {}
  }
}
