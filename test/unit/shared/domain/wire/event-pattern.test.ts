import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { matchesPattern, ruleMatcher } from '../../../../../shared/domain/wire/event-pattern.js';

const folder = join(process.cwd(), '..', 'shared', 'data', 'event-patterns');
const present = existsSync(folder);

/** JSON5 is a JavaScript expression; only the data folder of this project is read so. */
function read(file: string): { readonly Event: unknown; readonly EventPattern: unknown } {
  const text = readFileSync(join(folder, file), 'utf8');
  return JSON.parse(String(runInNewContext(`JSON.stringify((${text}))`))) as { Event: unknown; EventPattern: unknown };
}

if (!present) console.warn(`SKIPPED: AWS's pattern cases are not at ${folder}; the matcher is tested by hand only`);

(present ? describe : describe.skip)('matchesPattern agrees with what AWS answered', () => {
  const files = present ? readdirSync(folder).filter((file) => file.endsWith('.json5')) : [];

  it('finds the cases', () => {
    expect(files.length).toBeGreaterThan(150);
  });

  it.each(files)('%s', (file) => {
    const { Event, EventPattern } = read(file);
    if (file.includes('_EXC')) expect(() => matchesPattern(EventPattern, Event)).toThrow(/event pattern/);
    else expect(matchesPattern(EventPattern, Event)).toBe(!file.includes('_NEG'));
  });
});

describe('matchesPattern', () => {
  it.each([
    [{ a: [{ exists: false }, { 'anything-but': ['x'] }] }, {}, true],
    [{ a: [{ 'anything-but': ['x'] }] }, {}, false],
    [{ d: { $or: [{ a: ['1'] }, { b: ['2'], c: ['3'] }] } }, { d: { b: '2', c: '3' } }, true],
    [{ d: { $or: [{ a: ['1'] }, { b: ['2'], c: ['3'] }] } }, { d: { b: '2' } }, false],
    [{ a: [{ wildcard: '*ab*ab' }] }, { a: 'ab' }, false],
    [{ a: [{ wildcard: '*ab*ab' }] }, { a: 'xabab' }, true],
    [{ a: [{ wildcard: 'a\\*b*' }] }, { a: 'a*bc' }, true],
    [{ a: [{ wildcard: 'a\\*b*' }] }, { a: 'axbc' }, false],
    [{ a: [{ cidr: '10.0.0.0/24' }] }, { a: '10.0.0.255' }, true],
    [{ a: [{ cidr: '10.0.0.0/24' }] }, { a: '10.0.1.0' }, false],
    [{ a: [{ cidr: '2001:db8::/32' }] }, { a: '2001:db8:ffff::1' }, true],
    [{ a: [{ cidr: '2001:db8::/32' }] }, { a: '10.0.1.0' }, false],
    [{ a: [{ numeric: ['>', 0, '<=', 5] }] }, { a: 5 }, true],
    [{ a: [{ numeric: ['>', 0, '<=', 5] }] }, { a: '5' }, false],
    [{ 'a.b': ['x'] }, { a: { b: 'x' } }, true],
    [{ toString: ['x'] }, {}, false],
    // Lists within lists, and what stands beside a nested field, as event-ruler's Event.java loads them.
    [{ a: ['x'] }, { a: [['x', 'y'], 'z'] }, true],
    [{ a: { b: ['x'] } }, { a: [[{ b: 'y' }], { b: 'x' }] }, true],
    [{ a: [{ exists: true }] }, { a: [[]] }, false],
    [{ a: { b: [{ exists: false }] } }, { a: ['x'] }, true],
  ])('%j over %j is %s', (pattern, event, expected) => {
    expect(matchesPattern(pattern, event)).toBe(expected);
  });

  it.each([
    [{}],
    [null],
    [{ d: { $or: [{ a: ['1'] }] } }],
    [{ a: [{ numeric: ['>', 5, '<', 1] }] }],
    [{ a: [{ cidr: '10.0.0.0/33' }] }],
    [{ a: [{ cidr: '10.0.0.7/32' }] }],
    [{ a: [{ prefix: 'a', suffix: 'b' }] }],
    [{ a: [{ 'anything-but': [] }] }],
  ])('refuses %j', (pattern) => {
    expect(() => matchesPattern(pattern, { a: 'x' })).toThrow(/allowed/);
  });

  it('takes a long text with many stars in linear time', () => {
    const pattern = { a: [{ wildcard: '*aa*aa*aa*aa*b' }] };
    expect(matchesPattern(pattern, { a: 'a'.repeat(100_000) })).toBe(false);
  });
});

test('a matcher over many rules finds those that match, in their order', () => {
  const rules = [
    { name: 'a', pattern: { source: [{ prefix: 'laneway.' }] } },
    { name: 'b', pattern: { source: ['other'] } },
    { name: 'c', pattern: { 'detail.receiver': [{ exists: false }] } },
  ];
  const matching = ruleMatcher(rules);
  expect(matching({ source: 'laneway.shop', detail: {} }).map(({ name }) => name)).toEqual(['a', 'c']);
  expect(matching({ source: 'other', detail: { receiver: 'x' } }).map(({ name }) => name)).toEqual(['b']);
  expect(() => ruleMatcher([{ pattern: {} }])).toThrow();
});
