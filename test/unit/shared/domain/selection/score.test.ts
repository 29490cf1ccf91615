import fc from 'fast-check';
import { loadOf, scoreParts, scoreOf, specializationOf } from '../../../../../shared/domain/selection/score.js';
import { DEFAULT_WEIGHTS } from '../../../../../shared/domain/selection/selection.js';
import { isFailing, isFull } from '../../../../../shared/domain/selection/standing.js';

const standing = { agent: 'a', available: true, open: 0, completed: 0, failed: 0 };
const candidate = { agent: 'a', capabilities: { weld: 1, cut: 0.5 } };

it.each([
  ['nothing is required', undefined, 1],
  ['half of what it can do', { all: ['weld'] }, 0.5],
  ['half of it, half proficient', { all: ['cut'] }, 0.25],
  ['all of it', { all: ['weld', 'cut'] }, 0.75],
  ['a name twice counts once', { all: ['weld', 'weld'] }, 0.5],
  ['any, of which it has one', { any: ['weld', 'paint'] }, 0.5],
  ['nothing that it can do', { any: ['paint'] }, 0],
])('specialization: %s', (_, required, expected) => {
  expect(specializationOf(candidate, required)).toBeCloseTo(expected, 9);
});

it('halves at as much as an agent handles at a time, and still tells two overloaded agents apart', () => {
  expect(loadOf({ open: 0 })).toBe(0);
  expect(loadOf({ open: 8 })).toBe(0.5);
  expect(loadOf({ open: 3, room: 3 })).toBe(0.5);
  expect(loadOf({ open: 400 })).toBeLessThan(loadOf({ open: 800 }));
});

it('begins success in the middle, and moves it by what is counted', () => {
  const success = (completed: number, failed: number) =>
    scoreParts(candidate, { ...standing, completed, failed }, undefined).success;
  expect(success(0, 0)).toBe(0.5);
  expect(success(48, 0)).toBeCloseTo(0.98, 9);
  expect(success(0, 48)).toBeCloseTo(0.02, 9);
});

it.each([
  ['a', 'a', 1],
  ['a', 'b', 0],
  ['a', undefined, 0.5],
  [undefined, 'a', 0.5],
])('proximity of %s to %s is %d', (there, here, expected) => {
  const there_ = there === undefined ? {} : { zone: there };
  expect(scoreParts(candidate, { ...standing, ...there_ }, undefined, here).proximity).toBe(expected);
});

it('stays between 0 and 1 for weights that sum to 1', () => {
  const part = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(part, part, part, part, (specialization, load, success, proximity) => {
      const score = scoreOf({ specialization, load, success, proximity }, DEFAULT_WEIGHTS);
      return score >= 0 && score <= 1;
    }),
  );
});

it('takes five failures and more failures than successes for failing', () => {
  expect(isFailing({ completed: 0, failed: 4 })).toBe(false);
  expect(isFailing({ completed: 4, failed: 5 })).toBe(true);
  expect(isFailing({ completed: 5, failed: 5 })).toBe(false);
});

it('takes nobody for full whose room is not known', () => {
  expect(isFull({ open: 1_000 })).toBe(false);
  expect(isFull({ open: 2, room: 3 })).toBe(false);
  expect(isFull({ open: 3, room: 3 })).toBe(true);
});
