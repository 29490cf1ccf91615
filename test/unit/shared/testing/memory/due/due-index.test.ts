import fc from 'fast-check';
import { DueIndex } from '../../../../../../shared/testing/memory/due/due-index.js';

interface Plain {
  readonly key: string;
  readonly at: number;
  readonly tie: string;
  readonly number: number;
}

const key = fc.constantFrom(...'abcdefghij');
const change = fc.oneof(
  fc.record({
    do: fc.constant('set' as const),
    key,
    at: fc.integer({ min: 0, max: 6 }),
    tie: fc.constantFrom('', 'x'),
  }),
  fc.record({ do: fc.constant('delete' as const), key }),
);
const look = fc.record({
  do: fc.constant('look' as const),
  after: fc.integer({ min: -1, max: 6 }),
  until: fc.integer({ min: -1, max: 7 }),
  /** Changes made while it is read: after the first, the second ... key. */
  meanwhile: fc.array(change, { maxLength: 4 }),
});

function sorted(entries: Iterable<Plain>): Plain[] {
  return [...entries].sort(
    (a, b) => a.at - b.at || (a.tie < b.tie ? -1 : a.tie > b.tie ? 1 : 0) || a.number - b.number,
  );
}

test('an index gives what a sorted list of its keys would, also to a reader during whose turn it changes', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(change, look), { maxLength: 300 }), (steps) => {
      const index = new DueIndex<string>();
      const plain = new Map<string, Plain>();
      let number = 0;
      const apply = (one: typeof change extends fc.Arbitrary<infer Change> ? Change : never): void => {
        if (one.do === 'set') {
          index.set(one.key, one.at, one.tie);
          plain.set(one.key, { key: one.key, at: one.at, tie: one.tie, number: ++number });
        } else {
          index.delete(one.key);
          plain.delete(one.key);
        }
      };
      for (const one of steps) {
        if (one.do !== 'look') apply(one);
        else {
          const begun = sorted(plain.values()).filter(({ at }) => at > one.after && at <= one.until);
          const meanwhile = [...one.meanwhile];
          const [got, wanted]: [string[], string[]] = [[], []];
          const reader = index.range(one.after, one.until);
          // Each is read as it stands when its turn comes.
          for (const entry of begun) {
            if (plain.get(entry.key) !== entry) continue;
            wanted.push(entry.key);
            const read = reader.next();
            got.push(read.done === true ? 'nothing' : read.value);
            const next = meanwhile.shift();
            if (next) apply(next);
          }
          expect(got).toEqual(wanted);
          expect(reader.next().done).toBe(true);
        }
        expect(index.next).toBe(sorted(plain.values())[0]?.at);
        expect([...index.range(-Infinity, Infinity)]).toEqual(sorted(plain.values()).map((entry) => entry.key));
      }
    }),
    { numRuns: 300 },
  );
});
