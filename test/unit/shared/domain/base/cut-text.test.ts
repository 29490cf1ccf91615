import fc from 'fast-check';
import { cutText, wellFormed, withoutPlaces } from '../../../../../shared/domain/base/cut-text.js';
import { errorSignature, LanewayError, summarizeError } from '../../../../../shared/domain/base/errors.js';

const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);

test('a cut text is a beginning of the text that ends with a whole character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(30), (text, most) => {
      const cut = cutText(text, most);
      expect(text.startsWith(cut)).toBe(true);
      expect(cut.length).toBeLessThanOrEqual(most);
      expect(cut.length).toBeGreaterThanOrEqual(Math.min(text.length, most) - 1);
      expect(isWellFormed(cut)).toBe(true);
    }),
  );
});

test('a text becomes well-formed without changing its whole characters', () => {
  expect(wellFormed('a\ud83d\ude00b\ud83dc\ude00')).toBe('a\u{1f600}b\ufffdc\ufffd');
});

test('the signature of an error is well-formed and short, whatever was thrown', () => {
  const odd = [
    new Error(`parcel bady${'\u{1f600}'.repeat(1_500)}`),
    new Error(`parcel bad${'\u{1f600}'.repeat(1_500)}`),
    new Error('\ud83d alone'),
    Object.assign(new Error('x'), { name: '\u{1f600}'.repeat(500) }),
    Object.assign(new Error('x'), { name: { no: 'text' } }),
    Object.assign(new Error('x'), { message: Object.create(null) as string }),
    new LanewayError('HANDLER', `${'x'.repeat(159)}\u{1f600}`),
    Object.create(null),
    Symbol('s'),
    '\ud83d',
    undefined,
  ];
  for (const thrown of odd) {
    const error = summarizeError(thrown);
    const signature = errorSignature(error);
    expect([error.message, error.name, signature].every(isWellFormed)).toBe(true);
    expect(signature.length).toBeLessThanOrEqual(300);
  }
  expect(errorSignature({ code: 'HANDLER', message: '\ud83d', retryable: true } as never)).toBe(
    'HANDLER|undefined|\ufffd',
  );
});

test('what goes back to a sender names no role, table, queue or account', () => {
  const denied =
    'User: arn:aws:sts::123456789012:assumed-role/shop-clerk/f is not authorized to perform: dynamodb:PutItem on ' +
    "resource: 'arn:aws:dynamodb:eu-west-1:123456789012:table/Ledger' (see https://docs.example.com/iam)";
  expect(withoutPlaces(denied)).toBe(
    "User: (an ARN) is not authorized to perform: dynamodb:PutItem on resource: '(an ARN)' (see https://docs.example.com/iam)",
  );
  expect(withoutPlaces('no queue https://sqs.eu-west-1.amazonaws.com/123456789012/lane there')).toBe(
    'no queue (an address) there',
  );
});
