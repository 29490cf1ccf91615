import { stripVTControlCharacters } from 'node:util';
import { ERROR_CODES, LanewayError, type ErrorCode } from '../../../shared/domain/base/errors.js';
import type { DeployStep } from './cdk-progress.js';
import type { EngineTarget } from '../engine.js';

/** Kind of failure of a deployment, from which a caller makes its exit code or a message of its own. */
export type DeployFailure = 'credentials' | 'bootstrap' | 'refused-type' | 'synth' | 'deploy';

/** A deployment or destruction that the CDK did not finish. */
export class DeployError extends LanewayError {
  constructor(
    readonly failure: DeployFailure,
    code: ErrorCode,
    message: string,
    help: readonly string[],
  ) {
    super(code, message, { help });
  }
}

const linesShown = 15;

/** The error of a deployment, from the last words that the CDK CLI printed, with the way out. */
export function deployError(
  step: DeployStep,
  output: readonly string[],
  logFile: string,
  target: EngineTarget,
): DeployError {
  const own = definitionError(output);
  if (own !== undefined)
    return new DeployError('synth', own.code, own.message, [...own.help, `whole output: ${logFile}`]);
  const text = output.join('\n');
  const where = target.kind === 'aws' ? 'AWS' : `the ${target.kind} engine at ${target.endpoint}`;
  const log = `whole output: ${logFile}`;
  if (
    /no credentials have been configured|Unable to resolve AWS account|security token.*invalid|ExpiredToken/i.test(text)
  ) {
    return new DeployError('credentials', 'CONFIGURATION', 'no valid AWS credentials', [
      'sign in (aws sso login, AWS_PROFILE, ...), or deploy to the local engine: npm run demo -- --keep',
      log,
    ]);
  }
  if (/has the environment been bootstrapped|bootstrap stack version|\/cdk-bootstrap\//i.test(text)) {
    return new DeployError('bootstrap', 'CONFIGURATION', `${where} is not bootstrapped for the CDK`, [
      'once for each account and region: npx cdk bootstrap',
      log,
    ]);
  }
  const refused = /Unrecognized resource types: \[([^\]]*)\]/.exec(text)?.[1];
  if (refused !== undefined) {
    return new DeployError('refused-type', 'ENGINE', `${where} does not know ${refused}`, [
      'leave it out of the stack when the CDK context laneway:engine is set',
      log,
    ]);
  }
  const told = output.filter((line) => /❌|Error|failed|FAILED/.test(line)).slice(0, linesShown);
  const words = told.length > 0 ? told : output.slice(-linesShown);
  const failure = step === 'synth' ? 'synth' : 'deploy';
  return new DeployError(failure, 'ENGINE', `cdk ${step} failed on ${where}\n${words.join('\n')}`, [log]);
}

/**
 * The error of Laneway that ended the CDK application, as Node prints an uncaught error: name and message, the lines of
 * help under it, the stack, and the code among the fields. Nothing of it may be lost between the definition and its author.
 */
function definitionError(
  output: readonly string[],
): { readonly code: ErrorCode; readonly message: string; readonly help: readonly string[] } | undefined {
  const lines = output.map((line) => stripVTControlCharacters(line));
  const start = lines.findIndex((line) => /^(LanewayError|PermanentError): /.test(line));
  if (start < 0) return undefined;
  const rest = lines.slice(start + 1);
  const help = rest.slice(
    0,
    Math.max(
      0,
      rest.findIndex((line) => /^\s+at |^\s*\{$/.test(line)),
    ),
  );
  const code = rest.map((line) => /^\s+code: '([A-Z_]+)',?$/.exec(line)?.[1]).find((found) => found !== undefined);
  if (code === undefined || !isErrorCode(code)) return undefined;
  const message = (lines[start] ?? '').replace(/^\w+: /, '');
  return { code, message, help: help.map((line) => line.replace(/^ {2}/, '')).filter((line) => line !== '') };
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code);
}
