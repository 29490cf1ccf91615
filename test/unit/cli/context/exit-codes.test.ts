import { CommanderError } from 'commander';
import { describeError } from '../../../../cli/context/describe-error.js';
import { EXIT, exitCodeOf } from '../../../../cli/context/exit-codes.js';
import { deployError } from '../../../../infra/engines/deploy/deploy-error.js';
import { LanewayError } from '../../../../shared/domain/base/errors.js';

const named = (name: string, message = 'refused') => Object.assign(new Error(message), { name });

describe('exit codes', () => {
  it.each([
    [new LanewayError('UNKNOWN_TYPE', 'x'), EXIT.usage],
    [new LanewayError('SCHEMA', 'x'), EXIT.usage],
    [new LanewayError('INVALID_DURATION', 'x'), EXIT.usage],
    [new LanewayError('NOT_FOUND', 'x'), EXIT.notFound],
    [new LanewayError('REQUEST_TIMED_OUT', 'x'), EXIT.timeout],
    [new LanewayError('INVALID_TOPOLOGY', 'x'), EXIT.failed],
    [new LanewayError('ENGINE', 'x'), EXIT.failed],
    [new LanewayError('UNAVAILABLE', 'x', { cause: named('ExpiredTokenException') }), EXIT.credentials],
    [named('CredentialsProviderError'), EXIT.credentials],
    [named('AccessDeniedException'), EXIT.credentials],
    [named('Error', 'Region is missing'), EXIT.credentials],
    [named('ResourceNotFoundException'), EXIT.notFound],
    [named('TimeoutError'), EXIT.timeout],
    [new CommanderError(1, 'commander.unknownOption', 'x'), EXIT.usage],
    [new CommanderError(0, 'commander.helpDisplayed', 'x'), EXIT.ok],
    [new Error('anything'), EXIT.failed],
    ['text', EXIT.failed],
  ])('%s ends with its code', (error, code) => {
    expect(exitCodeOf(error)).toBe(code);
  });

  it('tells missing credentials of a deployment from its other failures', () => {
    const target = { kind: 'aws' } as const;
    const credentials = deployError('deploy', ['no credentials have been configured'], 'log', target);
    expect(exitCodeOf(credentials)).toBe(EXIT.credentials);
    expect(exitCodeOf(deployError('synth', ['Error: no'], 'log', target))).toBe(EXIT.failed);
  });

  it('knows an error of a second copy of the class by its code', () => {
    expect(exitCodeOf(Object.assign(named('LanewayError'), { code: 'NOT_FOUND', retryable: false }))).toBe(
      EXIT.notFound,
    );
  });

  it('ends also for errors that cause each other', () => {
    const first = named('First');
    const second = Object.assign(named('Second'), { cause: first });
    Object.assign(first, { cause: second });
    expect(exitCodeOf(first)).toBe(EXIT.failed);
    expect(describeError(first, true)).toContain('caused by');
  });
});

describe('what a user is told of an error', () => {
  it('is message and way out, and the stack only when asked for', () => {
    const error = new LanewayError('UNKNOWN_TYPE', "'Oder' is no message type", { help: ["did you mean 'Order'?"] });
    expect(describeError(error, false)).toBe("error UNKNOWN_TYPE: 'Oder' is no message type\n  did you mean 'Order'?");
    expect(describeError(error, true)).toContain('exit-codes.test');
  });

  it('names the service error and how to sign in', () => {
    const text = describeError(named('ExpiredToken', 'The security token is expired'), false);
    expect(text).toContain('error: ExpiredToken: The security token is expired');
    expect(text).toContain('aws sso login');
  });

  it('says nothing where commander has', () => {
    expect(describeError(new CommanderError(1, 'commander.unknownOption', 'x'), true)).toBeUndefined();
  });
});
