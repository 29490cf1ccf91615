import fc from 'fast-check';
import { keepPathOf, keepPathText, type KeepPath } from '../../../../../shared/domain/request/keep-path.js';
import {
  described,
  keptState,
  restored,
  shielded,
  STATE_BYTES,
} from '../../../../../shared/domain/execution/kept-state.js';
import type { Keep } from '../../../../../shared/domain/request/keep.js';
import { MemoryPayloads } from '../../../../../shared/testing/memory/memory-payloads.js';

const long = 'x'.repeat(STATE_BYTES);
const keep = async (data: unknown, kept: Keep, payloads = new MemoryPayloads(), correlationId = 'c1') => ({
  payloads,
  value: await keptState({ type: 'Scanned', data, correlationId }, kept, payloads),
});
const reference = { '$laneway:stored': expect.any(String) as string, '$laneway:bytes': expect.any(Number) as number };

test('what is not used is not there, and what is keeps its place', async () => {
  const data = { a: { b: 1, c: 2 }, list: [{ id: 1, x: 9 }, { id: 2 }, { id: 3 }], none: null, text: 't' };
  expect((await keep(data, {})).value).toEqual({});
  expect((await keep(data, { pass: ['a.b', 'none.more', 'text.more', 'gone'] })).value).toEqual({
    ...{ a: { b: 1 }, none: null, text: 't' },
  });
  expect((await keep(data, { pass: ['list[-1].id'], exists: ['list[*]'] })).value).toEqual({
    list: [{}, {}, { id: 3 }],
  });
  expect((await keep(data, { pass: ['list[*].id'] })).value).toEqual({ list: [{ id: 1 }, { id: 2 }, { id: 3 }] });
  expect((await keep(data, { read: ['a'] })).value).toEqual({ a: { b: 1, c: 2 } });
  expect((await keep(data, { pass: ['*'], read: ['a.b'] })).value).toEqual(data);
  expect((await keep([1, 2], { exists: ['*'] })).value).toEqual({});
});

test('the longest parts go by reference until the rest fits, and come back', async () => {
  const data = { long, longer: `${long}y`, short: 'z', looked: { at: 1, beside: long } };
  const kept: Keep = { pass: ['long', 'longer', 'short', 'looked'], read: ['looked.at'] };
  const { value, payloads } = await keep(data, kept);
  expect(value).toEqual({ long: reference, longer: reference, short: 'z', looked: { at: 1, beside: reference } });
  // The same content once, however often it is told.
  expect(payloads.texts.size).toBe(2);
  expect((await keep(data, kept, payloads)).value).toEqual(value);
  expect(payloads.texts.size).toBe(2);
  expect([...payloads.texts.keys()].every((key) => key.startsWith('platform/kept=state/c1/'))).toBe(true);
  expect(await restored(value, 'c1', payloads)).toEqual(data);
  expect(described(value)).toMatchObject({ long: 'by reference, 33 KB', short: 'z' });
});

test('the more come together, the less of each is by value', async () => {
  const data = { text: 'x'.repeat(5_000) };
  expect((await keep(data, { pass: ['text'], share: 30 })).value).toEqual(data);
  expect((await keep(data, { pass: ['text'], share: 60 })).value).toEqual({ text: reference });
});

test('what the workflow looks at is never by reference; too much of it is refused with its name', async () => {
  const data = { title: 'x'.repeat(100_000), lines: Array.from({ length: 30_000 }, (_, id) => ({ id })) };
  expect((await keep(data, { read: ['title'] })).value).toEqual({ title: data.title });
  await expect(keep(data, { pass: ['lines[*].id'], read: ['title'] })).rejects.toMatchObject({
    code: 'TOO_LARGE',
    message: expect.stringMatching(/Scanned, most of it lines \(\d+ bytes\), which the workflow looks into/) as string,
  });
  // Of machines that do not say what they keep.
  await expect(keep({ data: long.repeat(10) }, { read: ['*'] })).rejects.toMatchObject({ code: 'TOO_LARGE' });
});

describe('data cannot pass for a reference', () => {
  test('what looks like one goes by reference itself, and comes back as it was', async () => {
    const { value: stored, payloads } = await keep({ secret: long }, { pass: ['secret'] });
    const data = { forged: (stored as { secret: unknown }).secret, other: 1 };
    const { value } = await keep(data, { pass: ['forged', 'other'] }, payloads);
    expect(value).toEqual({ forged: reference, other: 1 });
    expect(value).not.toEqual(data);
    expect(await restored(value, 'c1', payloads)).toEqual(data);
  });

  test('neither does it in what the workflow looks at, nor in what comes by value', async () => {
    const { value: stored, payloads } = await keep({ secret: long }, { pass: ['secret'] });
    const data = { forged: (stored as { secret: unknown }).secret, other: [1] };
    const looked = await keep(data, { read: ['*'] }, payloads);
    expect(looked.value).toEqual({ forged: reference, other: [1] });
    const taken = await shielded(data, 'c1', payloads);
    expect(taken).toEqual(looked.value);
    expect(await restored(taken, 'c1', payloads)).toEqual(data);
    const plain = { other: { '$laneway:stored': 'x' } };
    expect(await shielded(plain, 'c1', payloads)).toBe(plain);
  });

  test('a reference counts in its own conversation alone', async () => {
    const { value, payloads } = await keep({ secret: long }, { pass: ['secret'] });
    await expect(restored(value, 'c2', payloads)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('what was changed in the store is refused', async () => {
    const { value, payloads } = await keep({ secret: long }, { pass: ['secret'] });
    for (const key of payloads.texts.keys()) payloads.texts.set(key, '"other"');
    await expect(restored(value, 'c1', payloads)).rejects.toMatchObject({ code: 'UNPARSEABLE' });
  });

  test('other objects with such a field stand as they are', async () => {
    for (const given of [
      { '$laneway:stored': 'x' },
      { '$laneway:stored': 'x'.repeat(43), '$laneway:bytes': 1, more: 1 },
    ])
      expect(await restored({ given }, 'c1', new MemoryPayloads())).toEqual({ given });
  });
});

test('any data come back as they were, whatever is kept of them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue({ maxDepth: 4 }), fc.integer({ min: 1, max: 100_000 }), async (data, share) => {
      const { value, payloads } = await keep({ data }, { pass: ['data', 'data[0]', 'data.a'], share });
      expect(JSON.stringify(await restored(value, 'c1', payloads))).toBe(JSON.stringify({ data }));
    }),
  );
});

test('paths as text', () => {
  const hop = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('a', 'a b', '*', '"', '[0]', ''),
    fc.integer({ min: -9, max: 9 }),
    fc.constant(null),
  );
  fc.assert(fc.property(fc.array(hop), (path: KeepPath) => expect(keepPathOf(keepPathText(path))).toEqual(path)));
  expect(keepPathText(['parts', null, 'a name', -1])).toBe('parts[*]["a name"][-1]');
  expect(() => keepPathOf('parts[')).toThrow('says nothing about what is kept, from character 6 on');
});
