import { DEEPEST_STORED, storedJson } from '../../../../../shared/domain/form/stored-json.js';

function thrownBy(call: () => unknown): Error {
  try {
    call();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was thrown');
}

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

test('JSON is read as JSON.parse reads it', () => {
  const text = JSON.stringify({ text: '[['.repeat(DEEPEST_STORED), quote: `\\"${'{'.repeat(300)}`, list: [1, null] });
  expect(storedJson(text, 'it')).toEqual(JSON.parse(text));
  expect(storedJson(nested(DEEPEST_STORED), 'it')).toEqual(JSON.parse(nested(DEEPEST_STORED)));
  const wide = JSON.stringify(Array.from({ length: 1_000 }, () => [[]]));
  expect(storedJson(wide, 'it')).toHaveLength(1_000);
});

test.each([
  ['one level too many', nested(DEEPEST_STORED + 1), 'it is nested more than 250 deep'],
  ['400 KB of brackets', '['.repeat(400_000), 'it is nested more than 250 deep'],
  ['half of a text', '{"secret":', 'it is not JSON'],
  ['no text at all', '', 'it is not JSON'],
])('%s is refused without a word of the text', (_name, text, words) => {
  const error = thrownBy(() => storedJson(text, 'it'));
  expect(error).toMatchObject({ code: 'UNREADABLE', retryable: false });
  expect(error.message).toContain(words);
  expect(error.message).not.toContain('secret');
});
