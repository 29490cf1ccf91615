import fc from 'fast-check';
import jsonata from 'jsonata';
import { keptIn, toJsonata } from '../../../../../shared/workflow/compile/expression.js';
import type { Derivation, Value } from '../../../../../shared/workflow/record/outline.js';
import { refusal } from '../../../../../shared/workflow/record/references.js';

const refuse = refusal('a test');

/** The expression of an element of the list that the variable `list` holds, or of what `derivations` lead to. */
function expressionOf(...derivations: readonly Derivation[]): string {
  const origin = { kind: 'result' };
  return toJsonata(
    { kind: 'reference', target: { origin, derivations, shape: {}, certain: false } } as unknown as Value,
    keptIn({ variableOf: () => 'list' }),
    refuse,
  );
}

const evaluated = async (expression: string, list: unknown): Promise<unknown> =>
  // Arrays of JSONata carry marks of its own.
  structured(await jsonata(expression).evaluate({}, { list }));

function structured(value: unknown): unknown {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
}

describe('an element from the end of a list', () => {
  it.each([
    ['none', [], undefined, undefined],
    ['one', ['a'], 'a', undefined],
    ['many', ['a', 'b', 'c'], 'c', 'b'],
    ['an absent list', undefined, undefined, undefined],
  ])('of %s', async (_, list, last, before) => {
    expect(await evaluated(expressionOf({ index: -1 }), list)).toEqual(last);
    expect(await evaluated(expressionOf({ index: -2 }), list)).toEqual(before);
  });

  it('is asked for only when there are so many: implementations differ where there are not', () => {
    expect(expressionOf({ index: -1 })).toBe('($count($list) >= 1 ? $list[-1])');
    expect(expressionOf({ index: -3 })).toBe('($count($list) >= 3 ? $list[-3])');
    expect(expressionOf({ index: 0 })).toBe('$list[0]');
  });

  it('means what the index alone means to the JSONata of JavaScript', async () => {
    const item = fc.oneof(
      fc.integer(),
      fc.constant(null),
      fc.record({ id: fc.integer(), tags: fc.array(fc.string()) }),
      fc.array(fc.integer(), { maxLength: 3 }),
    );
    const index = fc.integer({ min: -3, max: 2 });
    await fc.assert(
      fc.asyncProperty(
        fc.option(fc.array(item, { maxLength: 4 }), { nil: undefined }),
        index,
        fc.constantFrom<readonly Derivation[]>(
          [],
          [{ field: 'id' }],
          [{ field: 'tags' }, { index: -1 }],
          [{ field: 'tags' }],
        ),
        async (list, from, derivations) => {
          const bare = derivations.reduce(
            (text, derivation) =>
              'index' in derivation
                ? `${text}[${derivation.index}]`
                : 'field' in derivation
                  ? `${text}.${derivation.field}`
                  : text,
            `$list[${from}]`,
          );
          const guarded = expressionOf({ index: from }, ...derivations);
          expect(await evaluated(guarded, list)).toEqual(await evaluated(bare, list));
        },
      ),
      { numRuns: 500 },
    );
  });
});
