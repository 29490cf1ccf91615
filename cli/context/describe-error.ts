import { EXIT, exitCodeOf } from './exit-codes.js';

/**
 * Text of an error for the user: the event and the way out; with `debug` also the stacks of the error and its causes.
 * Returns undefined for an error of Commander, which has printed it already.
 */
export function describeError(error: unknown, debug: boolean): string | undefined {
  if (!(error instanceof Error)) return `error: ${String(error)}`;
  const code: unknown = Reflect.get(error, 'code');
  if (typeof code === 'string' && code.startsWith('commander.')) return undefined;
  const laneway = 'retryable' in error && typeof code === 'string';
  if (nowhere(error)) return [NOWHERE, ...whereTo].join('\n');
  const head = laneway ? `error ${code}: ${error.message}` : `error: ${named(error)}`;
  const lines = [head, ...wayOut(error, laneway).map((line) => `  ${line}`)];
  if (debug) lines.push('', ...stacks(error));
  else if (!laneway) lines.push('  for the stack: --debug');
  return lines.join('\n');
}

const NOWHERE = 'error: there is nowhere to work: no engine runs here, and no AWS region is set';
const whereTo = [
  '  start an engine: laneway engine start; or name the one you have: AWS_ENDPOINT_URL',
  '  or name the account: AWS_REGION, and AWS_PROFILE or other credentials (aws sso login)',
];

/** True for the SDK's error of a missing region. Everybody without engine and account meets it, and its text names no way out. */
function nowhere(error: Error): boolean {
  return causes(error).some(({ message }) => message.startsWith('Region is missing'));
}

/** SDK errors name the service's code, which is often the only telling part. */
function named(error: Error): string {
  const message = error.message === '' ? error.name : error.message;
  return error.name === 'Error' || message.includes(error.name) ? message : `${error.name}: ${message}`;
}

function wayOut(error: Error, laneway: boolean): string[] {
  if (exitCodeOf(error) === EXIT.credentials && !hasHelp(error)) {
    return [
      'sign in (aws sso login) or name a profile and region (AWS_PROFILE, AWS_REGION)',
      'or work on a local engine: laneway deploy --engine local',
    ];
  }
  const refused = causes(error).some((cause) => Reflect.get(cause, 'code') === 'ECONNREFUSED');
  if (refused && !laneway) {
    const endpoint = process.env['AWS_ENDPOINT_URL'];
    return [
      `nothing answers at ${endpoint ?? 'the endpoint'}`,
      'start one: laneway engine start; or unset AWS_ENDPOINT_URL',
    ];
  }
  return [];
}

function hasHelp(error: Error): boolean {
  const help: unknown = Reflect.get(error, 'help');
  return Array.isArray(help) && help.length > 0;
}

function stacks(error: Error): string[] {
  return causes(error).map((one, index) => `${index === 0 ? '' : 'caused by '}${one.stack ?? String(one)}`);
}

function causes(error: Error): Error[] {
  const found: Error[] = [];
  let current: unknown = error;
  while (current instanceof Error && found.length < 8) {
    found.push(current);
    // Node tries every address of a host and throws them together.
    current = current instanceof AggregateError && current.cause === undefined ? current.errors[0] : current.cause;
  }
  return found;
}
