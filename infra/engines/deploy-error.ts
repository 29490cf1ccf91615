import { LanewayError, type ErrorCode } from '../../shared/domain/errors.js';
import type { DeployStep } from './cdk-progress.js';
import type { EngineTarget } from './engine.js';

/** Why a deployment failed, for an exit code or a message of the caller's own. */
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

/** The error for what the CDK CLI printed before it gave up: its own last words, and what to do. */
export function deployError(
  step: DeployStep,
  output: readonly string[],
  logFile: string,
  target: EngineTarget,
): DeployError {
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
