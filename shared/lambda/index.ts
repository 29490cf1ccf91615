import '../domain/base/one-version.js';
export { lambda } from './lambda.js';
export type { BindContext, LambdaOptions, LaneHandler } from './lambda.js';
export type { Bindings } from './bindings.js';
