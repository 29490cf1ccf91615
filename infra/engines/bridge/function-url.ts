import { Fn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { engineContextKey } from '../engine.js';

/**
 * The address at which a function's URL is reached. MiniStack 1.5.33 names the host that AWS would have, and answers under a
 * path of its own endpoint; everywhere else it is the URL itself.
 */
export function reachedFunctionUrl(scope: Construct, url: string, env: NodeJS.ProcessEnv = process.env): string {
  const engine: unknown = scope.node.tryGetContext(engineContextKey);
  const endpoint = env['AWS_ENDPOINT_URL'];
  if ((engine !== 'ministack' && engine !== 'ministack-iam') || !endpoint) return url;
  const host = Fn.select(2, Fn.split('/', url));
  return `${endpoint.replace(/\/$/, '')}/_aws/lambda-url/${Fn.select(0, Fn.split('.', host))}`;
}
