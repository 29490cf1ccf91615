import { errorSignature } from '../../../../../shared/domain/base/errors.js';

test.each([
  ['half of a surrogate pair, as an older receiver wrote it', 'parcel \ud83d is gone'],
  ['emoji that the bound of a signature cuts', `parcel bady${'\u{1f69a}'.repeat(1_500)}`],
  ['emoji that the bound cuts one character later', `parcel bad${'\u{1f69a}'.repeat(1_500)}`],
])('a signature is text that every index takes: %s', (_what, message) => {
  const signature = errorSignature({ code: 'HANDLER', name: 'Err\udc00r', message, retryable: true });
  expect(signature).not.toMatch(/\p{Surrogate}/u);
  expect(signature).toMatch(/^HANDLER\|/);
});
