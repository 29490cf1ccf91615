import { readingsWith, type Reading, type Reason, type ReasonCode, type SignalName } from '../schemas.js';
import { PHYSICAL_LIMITS } from './physical-limits.js';

interface HotLimit {
  readonly signal: Extract<SignalName, 'coolantTempC' | 'oilTempC'>;
  readonly name: string;
  readonly warn: readonly [above: number, code: ReasonCode];
  readonly stop: readonly [above: number, code: ReasonCode];
}

const LIMITS: readonly HotLimit[] = [
  {
    signal: 'coolantTempC',
    name: 'Coolant',
    warn: [PHYSICAL_LIMITS.coolantHotC, 'COOLANT_HOT'],
    stop: [PHYSICAL_LIMITS.coolantOverheatC, 'COOLANT_OVERHEATING'],
  },
  {
    signal: 'oilTempC',
    name: 'Oil',
    warn: [PHYSICAL_LIMITS.oilHotC, 'OIL_HOT'],
    stop: [PHYSICAL_LIMITS.oilOverheatC, 'OIL_OVERHEATING'],
  },
];

/** Holds the hottest reading of the report against the documented limits of coolant and oil; at most one reason for each. */
export function judgeTemperatures(readings: readonly Reading[]): Reason[] {
  return LIMITS.flatMap(({ signal, name, warn, stop }) => {
    const hottest = Math.max(...readingsWith(readings, signal).map((reading) => reading[signal]));
    const critical = hottest > stop[0];
    if (!critical && hottest <= warn[0]) return [];
    const [limit, code] = critical ? stop : warn;
    const text = `${name} at ${hottest.toFixed(0)} °C is over the ${critical ? 'safe' : 'usual'} limit of ${String(limit)} °C.`;
    return [
      {
        code,
        severity: critical ? 'critical' : 'warning',
        signal,
        value: hottest,
        expected: limit,
        basis: 'limit',
        text,
      },
    ];
  });
}
