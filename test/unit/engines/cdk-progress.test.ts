import { spawnSync } from 'node:child_process';
import { describeProgress, readCdkProgress, type DeployProgress } from '../../../infra/engines/deploy/cdk-progress.js';
import { deployError } from '../../../infra/engines/deploy/deploy-error.js';

describe('readCdkProgress', () => {
  const read = (lines: readonly string[]) => {
    const seen: DeployProgress[] = [];
    let now = 0;
    const line = readCdkProgress(
      (progress) => void seen.push(progress),
      () => (now += 100),
    );
    lines.forEach(line);
    return seen;
  };

  it('counts each resource of a stack once, and not the stack itself', () => {
    const seen = read([
      'Veh-State: deploying... [1/5]',
      'Veh-State |   0 | 11:12:31 AM | CREATE_IN_PROGRESS      | AWS::CloudFormation::Stack | Veh-State User Initiated',
      'Veh-State |   1 | 11:12:31 AM | CREATE_COMPLETE         | AWS::DynamoDB::GlobalTable | Pending (Pending9ED32AAC) ',
      'Veh-State |   1 | 11:12:31 AM | CREATE_IN_PROGRESS      | AWS::DynamoDB::GlobalTable | Pending (Pending9ED32AAC) ',
      'Veh-State | 2/3 | 11:12:31 AM | CREATE_COMPLETE         | AWS::S3::Bucket            | Payloads (PayloadsCDFAA0A2) ',
      'Veh-State |   2 | 11:12:32 AM | UPDATE_COMPLETE         | AWS::S3::Bucket            | Payloads (PayloadsCDFAA0A2) ',
      'Veh-State |   3 | 11:12:32 AM | CREATE_COMPLETE         | AWS::CloudFormation::Stack | Veh-State ',
      ' ✅  Veh-State',
    ]);
    expect(seen.at(-1)).toMatchObject({ kind: 'stack', stack: 'Veh-State', state: 'deployed', resources: 2 });
  });

  it('tells unchanged, destroyed and failed apart', () => {
    const seen = read([
      '✅  A (no changes)',
      ' ✅  B: destroyed',
      '❌  C failed: ToolkitError: no',
      'Outputs:',
      'A.Name = ✅  x',
    ]);
    expect(seen.map((one) => one.kind === 'stack' && `${one.stack} ${one.state}`)).toEqual([
      'A unchanged',
      'B destroyed',
      'C failed',
    ]);
  });

  it('prints one line for a stack that is done and none for one at work', () => {
    const stack = { kind: 'stack', stack: 'A', resources: 7, ms: 1234 } as const;
    expect(describeProgress({ ...stack, state: 'working' })).toBeUndefined();
    expect(describeProgress({ ...stack, state: 'deployed' })).toBe('A deployed, 7 resources, 1.2 s');
  });
});

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
