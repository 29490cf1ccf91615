import { createReadStream, existsSync } from 'node:fs';
import { analyze } from '../../../../../functions/vehicle-maintenance/data-analysis/analyze.js';
import { fitBaseline, seededRandom } from '../../../../../functions/vehicle-maintenance/data-analysis/fit-baseline.js';
import { FLEET_BASELINE } from '../../../../../functions/vehicle-maintenance/data-analysis/fleet-baseline.js';
import {
  median,
  quantile,
  robustSigma,
} from '../../../../../functions/vehicle-maintenance/data-analysis/robust-statistics.js';
import {
  type Analysis,
  readingsWith,
  SIGNALS,
  type FullReading,
  type Reading,
} from '../../../../../functions/vehicle-maintenance/schemas.js';
import { readTelemetryCsv } from '../../../../../functions/vehicle-maintenance/telemetry-csv.js';
import { reading, VIN } from '../../../../kit/generators/readings.js';

const DATA = '../shared/data/engine-health/engine_data.csv';
const judge = (readings: Reading[], history: Reading[] = []): Analysis => analyze({ vin: VIN, readings, history });

describe('fleet baseline', () => {
  it('recovers centre and spread in spite of a tenth of wrong values', () => {
    const values = Array.from({ length: 1000 }, (_, at) => (at % 10 === 0 ? 1e6 : (at % 100) / 100));
    expect(median(values)).toBeLessThan(0.7);
    expect(robustSigma(values)).toBeLessThan(0.5);
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
  });

  it('is deterministic and finds an expectation that depends on speed', () => {
    const random = seededRandom(1);
    const fleet = Array.from({ length: 4000 }, () => {
      const rpm = 400 + random() * 1400;
      return reading({ rpm, oilPressureBar: (rpm / 1000 + 1) * (0.9 + 0.2 * random()) });
    });
    const fitted = fitBaseline(fleet);
    expect(fitBaseline(fleet)).toEqual(fitted);
    expect(fitted.oilBands.at(-1)?.medianBar).toBeGreaterThan((fitted.oilBands[0]?.medianBar ?? 0) + 0.5);
  });

  it('refuses too few readings', () => {
    expect(() => fitBaseline([reading()])).toThrow('at least 200');
  });

  (existsSync(DATA) ? it : it.skip)(
    'is what the first rows of the real data give (skipped without ../shared/data)',
    async () => {
      const rows: FullReading[] = [];
      for await (const row of readTelemetryCsv(createReadStream(DATA)))
        if (row.kind === 'row') rows.push(...readingsWith([row.reading], ...SIGNALS));
      expect(fitBaseline(rows.slice(0, FLEET_BASELINE.rows))).toEqual(FLEET_BASELINE);
      const first = rows.slice(0, 200).map((one) => judge([one]));
      expect(new Set(first.map(({ recommendation }) => recommendation.action)).size).toBeGreaterThanOrEqual(2);
      expect(new Set(first.map(({ priority }) => priority)).size).toBeGreaterThanOrEqual(2);
    },
  );
});
