import { checkPayload } from '../../../../cli/input/check-payload.js';
import { ShelfCounted } from '../../../kit/applications/fixture-topology.js';

describe('what a command says', () => {
  it('names each wrong field, what was given, and what is allowed', () => {
    expect(() => checkPayload(ShelfCounted, { shelf: 's', count: 1 })).not.toThrow();
    expect(() => checkPayload(ShelfCounted, { shelf: 7, count: 'x'.repeat(100) })).toThrow(
      /ShelfCounted, version 1\n {2}shelf: given 7; .*expected string.*\n {2}count: given "x{50,60}\.\.\.; .*expected number/,
    );
    expect(() => checkPayload(ShelfCounted, { shelf: 's' })).toThrow('count: given nothing; ');
    expect(() => checkPayload(ShelfCounted, 5)).toThrow('data: given 5; ');
  });
});
