import type { Lacks } from './capabilities.js';
import type { EngineName } from './engine.js';
import { localstackGaps } from './localstack-gaps.js';
import { ministackGaps, ministackIamGaps } from './ministack-gaps.js';

/** Features that each engine lacks. An unknown engine has no entries, so that every test is tried on it. */
export const lacksOf: Readonly<Record<EngineName, Lacks>> = {
  ministack: ministackGaps.lacks,
  'ministack-iam': ministackIamGaps.lacks,
  localstack: localstackGaps.lacks,
  other: {},
};
