import { defined } from '../../../../../shared/domain/base/defined.js';

test('members without a value are absent, and the others keep their order', () => {
  const kept = defined({ first: undefined, second: 2, third: undefined, fourth: null, fifth: '', sixth: false });
  expect(Object.entries(kept)).toEqual([
    ['second', 2],
    ['fourth', null],
    ['fifth', ''],
    ['sixth', false],
  ]);
});

test('the type says which members may be absent', () => {
  const maybe = (value: number): string | undefined => (value > 1 ? 'many' : undefined);
  const kept: { sure: number; maybe?: string } = defined({ sure: 1, maybe: maybe(1) });
  // @ts-expect-error a member that may be absent is no text
  const text: string = defined({ maybe: maybe(2) }).maybe;
  expect([kept, text]).toEqual([{ sure: 1 }, 'many']);
});
