import { CapabilityMatcher } from '../../../../../shared/domain/selection/capability-matcher.js';

const capabilities = [
  { name: 'welding', description: 'Joins metal parts by heat.' },
  { name: 'engineDiagnosis', description: 'Finds out why an engine runs badly, by its readings.' },
  { name: 'billing', description: 'Writes invoices and books payments.' },
];

it('finds the capability whose description shares the rarest words with the task, whatever their ending', () => {
  const matcher = new CapabilityMatcher(capabilities);
  expect(matcher.match('please write an invoice')[0]?.capability).toBe('billing');
  expect(matcher.match('two metal plates need joining')[0]?.capability).toBe('welding');
});

it('takes a name in several words for a part of the description', () => {
  expect(new CapabilityMatcher(capabilities).match('a diagnosis')[0]?.capability).toBe('engineDiagnosis');
});

it('learns the words of people from tasks of the past', () => {
  const task = 'my car makes a strange noise';
  expect(new CapabilityMatcher(capabilities).match(task).map(({ capability }) => capability)).not.toContain('billing');
  const past = [{ text: 'there is a noise in my car', capability: 'engineDiagnosis' }];
  expect(new CapabilityMatcher(capabilities, past).match(task)[0]?.capability).toBe('engineDiagnosis');
  const matcher = new CapabilityMatcher(capabilities);
  matcher.learn({ text: 'the car, again: noise', capability: 'welding' });
  expect(matcher.match(task)[0]?.capability).toBe('welding');
});

it('finds nothing where no word is shared, and no more than was asked for', () => {
  const matcher = new CapabilityMatcher(capabilities);
  expect(matcher.match('qwertz')).toEqual([]);
  expect(matcher.match('')).toEqual([]);
  expect(matcher.match('metal engine invoices', 2)).toHaveLength(2);
});

it('refuses a task that was assigned to a capability it does not know', () => {
  expect(() => new CapabilityMatcher(capabilities, [{ text: 'x', capability: 'weldin' }])).toThrow(
    expect.objectContaining({
      code: 'UNKNOWN_CAPABILITY',
      message: expect.stringContaining("did you mean 'welding'?") as string,
    }) as Error,
  );
});
