import { spawnSync } from 'node:child_process';
import { deployError } from '../../../../../infra/engines/deploy/deploy-error.js';

describe('deployError', () => {
  const failureOf = (...lines: string[]) => deployError('deploy', lines, 'cdk.log', { kind: 'aws' });

  it.each([
    ['credentials', 'Need to perform AWS calls for account 1, but no credentials have been configured'],
    ['bootstrap', 'SSM parameter /cdk-bootstrap/hnb659fds/version not found. Has the environment been bootstrapped?'],
    ['refused-type', 'Template format error: Unrecognized resource types: [AWS::Events::Archive]'],
    ['deploy', '❌  A failed: The stack named A failed creation'],
  ])('recognises %s and says what to do', (failure, line) => {
    const error = failureOf('Synthesis time', line);
    expect(error).toMatchObject({ failure });
    expect(error.message).toContain('cdk.log');
  });

  it('keeps code, message and help of a definition that the CDK application refused', () => {
    const app = [
      "import { LanewayError } from './shared/domain/base/errors.js';",
      "const help = ['known: orders, stock', \"did you mean 'orders'?   (shop, agents.clerk)\"];",
      "throw new LanewayError('UNKNOWN_CHANNEL', \"agent 'clerk' subscribes to 'order'\", { help });",
    ].join('\n');
    const args = ['--conditions=laneway-source', '--import', 'tsx', '--input-type=module', '--eval', app];
    const { stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    const error = failureOf('Synthesizing', ...stderr.split('\n'), 'Subprocess exited with error 1');
    expect(error).toMatchObject({ failure: 'synth', code: 'UNKNOWN_CHANNEL' });
    expect(error.help).toEqual([
      'known: orders, stock',
      "did you mean 'orders'?   (shop, agents.clerk)",
      'whole output: cdk.log',
    ]);
    expect(error.message.split('\n')[0]).toBe("agent 'clerk' subscribes to 'order'");
  });

  it('shows the last lines when none of them looks like an error', () => {
    expect(failureOf('one', 'two').message).toContain('two');
  });
});
