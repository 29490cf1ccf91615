import { ManualClock } from '../memory/manual-clock.js';
import { MemoryWorld, type WorldParts } from './memory-world.js';

/** Parts that the world of a harness is made of. */
export interface HarnessParts extends WorldParts {
  /** Milliseconds since 1970 when its clock starts. @defaultValue 1 January 2026 */
  readonly start?: number;
}

/** The world of a harness: on a clock that only moves when told to. */
export class HarnessWorld extends MemoryWorld<ManualClock> {
  constructor({ start, ...parts }: HarnessParts) {
    super(parts, { clock: new ManualClock(start) });
  }
}
