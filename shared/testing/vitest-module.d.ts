/**
 * Stands in for vitest where it is not installed, as here, and only for the compiler: `vitest.ts` needs a module to add its matchers
 * to. It is not part of the package, whose user has vitest itself.
 */
declare module 'vitest' {
  interface Matchers<T> {}
}
