import { readFileSync } from 'node:fs';
import { ENVELOPE_ATTRIBUTES, parseEnvelope } from '../../shared/domain/wire/envelope.js';

const page = readFileSync(new URL('../../docs/reference/protocol.md', import.meta.url), 'utf8');
const section = page.slice(page.indexOf('## The envelope'), page.indexOf('## On the bus'));
const rows = section.split('\n').flatMap((line) => {
  const [, name, everywhere] = /^\| `([a-z]+)` +\| (yes|) *\|/.exec(line) ?? [];
  return name === undefined ? [] : [{ name, everywhere: everywhere === 'yes' }];
});

const typed: Readonly<Record<string, unknown>> = {
  specversion: '1.0',
  datacontenttype: 'application/json',
  time: '2026-11-21T12:00:00.000Z',
  expires: '2026-11-21T13:00:00.000Z',
  deadline: '2026-11-21T13:00:00.000Z',
  priority: 'normal',
  attempt: 1,
  escalates: true,
  datadigest: 'a'.repeat(64),
  datasize: 1,
  hops: 0,
};
const complete = Object.fromEntries(ENVELOPE_ATTRIBUTES.map((name) => [name, typed[name] ?? 'x']));

describe('docs/reference/protocol.md', () => {
  it('lists exactly the attributes of an envelope, in their order', () => {
    expect(rows.map(({ name }) => name)).toEqual(ENVELOPE_ATTRIBUTES);
  });

  it.each(rows)('is right about whether $name is in every message', ({ name, everywhere }) => {
    const without = Object.fromEntries(Object.entries(complete).filter(([attribute]) => attribute !== name));
    if (everywhere) expect(() => parseEnvelope(without)).toThrow(name);
    else expect(parseEnvelope(without)).toEqual(without);
  });
});
