import { areOfOneProcess, leaseOwner } from '../../../../../shared/domain/delivery/lease-owner.js';

test.each([
  [leaseOwner('p', 1), leaseOwner('p', 22), true],
  [leaseOwner('p', 1), leaseOwner('q', 1), false],
  [leaseOwner('p', 1), leaseOwner('p.p', 1), false],
  [leaseOwner('p.p', 1), leaseOwner('p', 1), false],
  ['token', 'token', false],
  [undefined, leaseOwner('p', 1), false],
])('%s and %s are of one process: %s', (one, other, expected) => {
  expect(areOfOneProcess(one, other)).toBe(expected);
});
