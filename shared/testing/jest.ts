/**
 * Matchers of the harness for Jest, declared for the global `expect` and for that of `@jest/globals`.
 *
 * @example
 * ```ts
 * import { createHarness } from 'laneway/testing';
 * import { harnessMatchers } from 'laneway/testing/jest';
 * import { greeter } from './greeter/agent.js';
 * import { Greet } from './messages.js';
 * import { topology } from './topology.js';
 *
 * expect.extend(harnessMatchers);
 *
 * test('the greeter is asked', async () => {
 *   const world = createHarness(topology, { agents: [greeter] });
 *   const { correlationId } = await world.publish(Greet, { name: 'Ada' });
 *   await world.settle();
 *   expect(world.conversation(correlationId)).toHaveCompleted();
 * });
 * ```
 *
 * @packageDocumentation
 */
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
