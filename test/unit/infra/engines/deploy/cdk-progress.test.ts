import {
  describeProgress,
  readCdkProgress,
  type DeployProgress,
} from '../../../../../infra/engines/deploy/cdk-progress.js';

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
