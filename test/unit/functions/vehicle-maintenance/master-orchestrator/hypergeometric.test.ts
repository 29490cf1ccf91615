import { hypergeometricTail } from '../../../../../functions/vehicle-maintenance/master-orchestrator/hypergeometric.js';

describe('hypergeometricTail', () => {
  it('gives the textbook value of the lady tasting tea', () => {
    expect(hypergeometricTail(4, 8, 4, 4)).toBeCloseTo(1 / 70, 10);
    expect(hypergeometricTail(3, 8, 4, 4)).toBeCloseTo(17 / 70, 10);
    expect(hypergeometricTail(0, 8, 4, 4)).toBeCloseTo(1, 10);
    expect(hypergeometricTail(5, 8, 4, 4)).toBe(0);
  });
});
