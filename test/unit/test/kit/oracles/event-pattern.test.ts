import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { eventMatches } from '../../../../kit/oracles/event-pattern.js';

const folder = join(process.cwd(), '..', 'shared', 'data', 'event-patterns');
const present = existsSync(folder);

interface Case {
  readonly Event: unknown;
  readonly EventPattern: unknown;
}

/** JSON5 is a JavaScript expression; the cases are data of this repository's own test folder. */
function read(file: string): Case {
  return runInNewContext(`JSON.parse(JSON.stringify((${readFileSync(join(folder, file), 'utf8')})))`) as Case;
}

if (!present) console.warn(`SKIPPED: AWS's pattern cases are not at ${folder}; the matcher is tested by hand only`);

(present ? describe : describe.skip)('the pattern matcher agrees with AWS', () => {
  const files = present ? readdirSync(folder).filter((file) => file.endsWith('.json5')) : [];

  it('finds the cases', () => expect(files.length).toBeGreaterThan(100));

  it.each(files)('%s', (file) => {
    const { Event, EventPattern } = structuredClone(read(file));
    if (file.includes('_EXC')) expect(() => eventMatches(EventPattern, Event)).toThrow();
    else expect(eventMatches(EventPattern, Event)).toBe(!file.includes('_NEG'));
  });
});

describe('the pattern matcher', () => {
  it.each([
    [{ a: [{ exists: false }, { 'anything-but': ['x'] }] }, {}, true],
    [{ a: [{ exists: false }, { 'anything-but': ['x'] }] }, { a: 'y' }, true],
    [{ a: [{ exists: false }, { 'anything-but': ['x'] }] }, { a: 'x' }, false],
    [{ a: [{ 'anything-but': ['x'] }] }, {}, false],
    [{ d: { $or: [{ a: ['1'] }, { b: ['2'], c: ['3'] }] } }, { d: { b: '2', c: '3' } }, true],
    [{ d: { $or: [{ a: ['1'] }, { b: ['2'], c: ['3'] }] } }, { d: { b: '2' } }, false],
  ])('%j over %j is %s', (pattern, event, expected) => {
    expect(eventMatches(pattern, event)).toBe(expected);
  });

  it('refuses $or with one alternative', () => {
    expect(() => eventMatches({ d: { $or: [{ a: ['1'] }] } }, {})).toThrow();
  });
});
