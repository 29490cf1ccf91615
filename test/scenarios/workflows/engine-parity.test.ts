import { parityCases, definitions } from '../../kit/applications/engine-parity/parity-cases.js';
import { playInHarness } from '../../kit/applications/engine-parity/harness-side.js';
import { expectedEnding } from '../../kit/applications/engine-parity/play.js';
import { transcript } from '../../kit/applications/engine-parity/transcript.js';

// The half of test/integration/engine-parity.test.ts that needs no engine.

test('there are enough of them, and each name is given once', () => {
  expect(definitions.length).toBeGreaterThanOrEqual(36);
  const names = parityCases.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test.each(parityCases.map((parityCase) => [parityCase.name, parityCase] as const))(
  '%s ends as it says',
  async (_name, parityCase) => {
    const { ending, lines } = await playInHarness(parityCase);
    expect(ending).toEqual(expectedEnding(parityCase, ending));
    expect(lines.filter((line) => line.startsWith('out of order') || line.includes('unknown:'))).toEqual([]);
  },
);

describe('a transcript', () => {
  const play = async (name: string) => {
    const parityCase = parityCases.find((one) => one.name === name);
    if (!parityCase) throw new Error(`there is no case '${name}'`);
    return playInHarness(parityCase);
  };

  test('is the same each time, whatever the ids', async () => {
    const [one, other] = [await play('house: built'), await play('house: built')];
    expect(one.conversation.startId).not.toBe(other.conversation.startId);
    expect(one.lines).toEqual(other.lines);
  });

  test('says what was not in the order of the definition, steps and undoings', async () => {
    const { conversation, lines } = await play('saga: undone in reverse');
    const turned = { ...conversation, order: (id: string) => -(conversation.order(id) ?? 0) };
    const found = transcript(turned, definitions).filter((line) => !lines.includes(line));
    expect(found).toEqual([
      'out of order: oven was undone before sink was',
      'out of order: price began before oven had ended',
      'out of order: price began before sink had ended',
      'out of order: sink began before oven had ended',
    ]);
  });

  test('differs by every message, delivery and end of a request that is missing', async () => {
    const { conversation, lines } = await play('parent: failed with it');
    for (const missing of conversation.entries) {
      const entries = conversation.entries.filter((entry) => entry !== missing);
      expect(transcript({ ...conversation, entries }, definitions)).not.toEqual(lines);
    }
  });
});
