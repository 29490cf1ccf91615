/**
 * The entry of an agent that runs as an AWS Lambda function: `<agent>/lambda.ts` exports the handler that this entry makes.
 *
 * @example
 * ```ts
 * import { lambda } from 'laneway/lambda';
 * import { greeter } from './greeter/agent.js';
 *
 * export const handler = lambda(greeter);
 * ```
 *
 * @packageDocumentation
 */
import '../domain/base/one-version.js';
export { lambda } from './lambda.js';
export type { BindContext, LambdaOptions, LaneHandler } from './lambda.js';
export type { Bindings } from './bindings.js';
