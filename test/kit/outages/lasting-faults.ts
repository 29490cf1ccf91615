import type { Failing, Fault } from './faults.js';

/** Ways to fail that take part, each as often as the others; a call that hangs is as seldom as it is slow. */
const MIXED: readonly Failing[] = ['internal', 'unavailable', 'throttle', 'deny', 'drop', 'lose-answer'];
const HANGING_SHARE = 0.01;

/** Subject of an outage: a name for its counts, and the calls that it strikes. */
export interface Struck extends Pick<Fault, 'service' | 'action' | 'path'> {
  readonly name: string;
}

/** Faults of all kinds by which a share of the calls fail. With a share of 1 no call comes through and none is done unheard. */
export function failing({ name, ...calls }: Struck, share: number): Fault[] {
  const kinds = share < 1 ? MIXED : MIXED.filter((does) => does !== 'lose-answer');
  // Each fault strikes of what those before it have passed.
  const each = 1 - (1 - Math.min(share, 0.9)) ** (1 / kinds.length);
  return [
    { ...calls, name, does: 'hang', share: HANGING_SHARE },
    ...kinds.map((does): Fault => ({ ...calls, name, does, share: each })),
    ...(share < 1 ? [] : [{ ...calls, name, does: 'unavailable' } as const]),
  ];
}
