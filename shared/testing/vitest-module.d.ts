/**
 * For the compiler alone, where no vitest is installed, as here: what `vitest.ts` adds to needs a module to be added to. It is
 * not part of the package, whose user has vitest itself.
 */
declare module 'vitest' {
  interface Matchers<T> {}
}
