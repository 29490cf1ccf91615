import fc from 'fast-check';
import { visibleLine, visibleText } from '../../../../../shared/domain/base/visible-text.js';

// Written by code points: a source that held them would be as hard to read as what they are for.
const OSC_TITLE = `${char(0x1b)}]0;owned${char(0x07)}`;
const STEERING = [
  ...[0x00, 0x07, 0x08, 0x0b, 0x0d, 0x1b, 0x7f, 0x85, 0x9b, 0x9d],
  ...[0xad, 0x061c, 0x200b, 0x200d, 0x200e, 0x200f, 0x2028, 0x2029, 0x2060, 0xfeff],
  ...[0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069],
  ...[0xe0041, 0xd800, 0x3164],
];

function char(code: number): string {
  return String.fromCodePoint(code);
}

test.each(STEERING)('character %i is spelled out, in a text and in a line', (code) => {
  for (const visible of [visibleText, visibleLine]) {
    const shown = visible(`a${char(code)}b`);
    expect(shown).toMatch(/^a(\\u[0-9a-f]{4}|\\r)+b$/);
    expect(shown).not.toContain(char(code));
  }
});

test('a text keeps its tabs and line breaks, a line spells them out', () => {
  expect(visibleText(`a\tb\nc\r\n${OSC_TITLE}\r`)).toBe('a\tb\nc\r\n\\u001b]0;owned\\u0007\\r');
  expect(visibleLine('a\tb\nc\r\nd')).toBe('a\\tb\\nc\\r\\nd');
});

test('what people write stays as it is', () => {
  const written = 'Grüße, Ωμέγα, שלום, مرحبا, 東京, नमस्ते, ✓ ⌛ 🙂 ❤️ C:\\temp – “so”';
  expect(visibleText(written)).toBe(written);
  expect(visibleLine(written)).toBe(written);
});

test('JSON of any value reads as the same value, and is visible', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.constantFrom(...STEERING), (value, code) => {
      const json = JSON.stringify([value, char(code)]);
      expect(JSON.parse(visibleText(json))).toEqual(JSON.parse(json));
      // By whole characters: half of a pair stands in the pair.
      expect([...visibleText(json)]).not.toContain(char(code));
    }),
  );
});
