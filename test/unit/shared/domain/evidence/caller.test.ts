import { actedBy } from '../../../../../shared/domain/evidence/caller.js';

const ARN = 'arn:aws:sts::123456789012:assumed-role/Operators/ann';

test('a name that somebody gives stands behind the identity, and never in its place', () => {
  expect(actedBy(ARN)).toBe(ARN);
  expect(actedBy(ARN, ' ')).toBe(ARN);
  expect(actedBy(ARN, ' bob ')).toBe(`${ARN} (said to be bob)`);
  expect(actedBy('local', ARN)).toBe(`local (said to be ${ARN})`);
});
