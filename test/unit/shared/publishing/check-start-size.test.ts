import { checkStartSize } from '../../../../shared/publishing/check-start-size.js';

describe('what a command says', () => {
  it('refuses what no workflow can be started with, by size and bound; nothing that starts none', () => {
    const large = { text: 'x'.repeat(200_000) };
    expect(() => checkStartSize('OrderPlaced', large, ['settle'])).toThrow(
      /OrderPlaced has 200011 bytes and starts 'settle'[^]*allowed: 200000 bytes/,
    );
    expect(() => checkStartSize('OrderPlaced', large, [])).not.toThrow();
    expect(() => checkStartSize('OrderPlaced', { text: 'x' }, ['settle'])).not.toThrow();
    expect(() => checkStartSize('OrderPlaced', undefined, ['settle'])).not.toThrow();
  });
});
