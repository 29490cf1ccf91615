import fc from 'fast-check';
import {
  ERROR_CODES,
  LanewayError,
  summarizeError,
  unthrownError,
  withoutHelp,
  withoutStacks,
  type ErrorCode,
} from '../../../../../shared/domain/base/errors.js';

test('a summary has no link to an approval, also one that would be cut in two', () => {
  const link = `https://x.example/a-1~1~u~${'c'.repeat(43)}`;
  // Whatever the place at which the text is cut.
  for (let before = 9_900; before <= 10_000; before++) {
    const { message } = summarizeError(new Error(`${'x'.repeat(before)} ${link} and more`));
    expect(message).not.toContain('~1~u~');
  }
  expect(summarizeError(new Error(link)).message).toBe('https://x.example/(link not shown)');
});

test('what runs without stacks gives its result or its error, and later errors have theirs again', () => {
  const before = Error.stackTraceLimit;
  expect(withoutStacks((a: number, b: number) => a + b, 1, 2)).toBe(3);
  let caught: unknown;
  const fail = (code: ErrorCode, what: string): void => {
    throw new LanewayError(code, what);
  };
  try {
    withoutStacks(fail, 'SCHEMA', 'no number');
  } catch (error) {
    caught = error;
  }
  expect(caught).toMatchObject({ code: 'SCHEMA', message: 'no number' });
  expect((caught as Error).stack).not.toContain(' at ');
  expect(Error.stackTraceLimit).toBe(before);
  expect(new Error('later').stack).toContain(' at ');
});

test('the summary of an error that nobody throws is that of the same error thrown', () => {
  const codes = Object.keys(ERROR_CODES) as ErrorCode[];
  const options = fc.record(
    { help: fc.array(fc.string({ unit: 'binary' }), { maxLength: 3 }), retryable: fc.boolean() },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...codes),
      fc.string({ unit: 'binary', maxLength: 50 }),
      options,
      (code, text, given) => {
        expect(unthrownError(code, text, given)).toEqual(summarizeError(new LanewayError(code, text, given)));
      },
    ),
  );
  const long = 'x'.repeat(20_000);
  expect(unthrownError('EXPIRED', long)).toEqual(summarizeError(new LanewayError('EXPIRED', long)));
});

test('others than operators hear an error without its help', () => {
  const error = new LanewayError('UNKNOWN_RECEIVER', 'nobody is called x', {
    help: ['known: clerk, scanner', 'name one'],
  });
  expect(withoutHelp(error.message)).toBe('nobody is called x');
  const own = 'the card was refused\nask the customer: https://example.com/cards';
  expect(withoutHelp(own)).toBe(own);
});
