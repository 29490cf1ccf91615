import { describeError } from '../../../../cli/context/describe-error.js';

describe('what a command says', () => {
  it('says what to type where there is neither an engine nor an account', () => {
    const text = describeError(new Error('Region is missing'), false) ?? '';
    expect(text).toMatch(/nowhere to work[^]*laneway engine start[^]*AWS_REGION/);
    expect(text).not.toContain('Region is missing');
  });
});
