import * as fc from 'fast-check';
import { analyze } from '../../../../../functions/vehicle-maintenance/data-analysis/analyze.js';
import { lowestOilPressureBar } from '../../../../../functions/vehicle-maintenance/data-analysis/physical-limits.js';
import { Analysis, type Reading } from '../../../../../functions/vehicle-maintenance/schemas.js';
import { reading, VIN } from '../../../../kit/generators/readings.js';

const codes = (result: Analysis): string[] => result.reasons.map(({ code }) => code);
const judge = (readings: Reading[], history: Reading[] = []): Analysis => analyze({ vin: VIN, readings, history });

describe('analyze', () => {
  it('finds nothing in a reading from the middle of the fleet', () => {
    const result = judge([reading()]);
    expect(result).toMatchObject({ vin: VIN, severity: 'normal', priority: 'normal', score: 0, reasons: [] });
    expect(result.recommendation).toMatchObject({ component: null, urgency: 'routine' });
  });

  it('calls oil pressure below the physical minimum critical, with limit and value', () => {
    const result = judge([reading({ oilPressureBar: 0.3 })]);
    expect(result).toMatchObject({
      severity: 'critical',
      priority: 'critical',
      recommendation: { component: 'lubrication', urgency: 'immediate' },
    });
    expect(result.reasons[0]).toMatchObject({ code: 'OIL_PRESSURE_CRITICAL', value: 0.3, basis: 'limit' });
    expect(result.reasons[0]?.expected).toBeCloseTo(0.5175, 3);
    expect(result.failure.probability).toBeGreaterThan(0.7);
  });

  it('demands more pressure at higher speed', () => {
    expect(codes(judge([reading({ rpm: 3000, oilPressureBar: 1.9 })]))).toContain('OIL_PRESSURE_CRITICAL');
    expect(codes(judge([reading({ rpm: 800, oilPressureBar: 1.9 })]))).not.toContain('OIL_PRESSURE_CRITICAL');
    expect(lowestOilPressureBar(8000)).toBe(3);
  });

  it('says nothing about the oil pressure of an engine that does not run', () => {
    expect(judge([reading({ rpm: 0, oilPressureBar: 0 })]).severity).toBe('normal');
  });

  it('warns of a halved pressure in a report of several readings', () => {
    const result = judge(Array.from({ length: 5 }, () => reading({ oilPressureBar: 1.58 })));
    expect(codes(result)).toEqual(['OIL_PRESSURE_LOW']);
    expect(result).toMatchObject({ severity: 'warning', priority: 'high' });
    expect(result.reasons[0]?.text).toMatch(/5 readings, 50 % below/);
  });

  it('mentions a single dip that recovered and raises no alarm for it', () => {
    const result = judge([reading({ oilPressureBar: 0.2 }), ...Array.from({ length: 6 }, () => reading())]);
    expect(codes(result)).toEqual(['OIL_PRESSURE_DIP']);
    expect(result.severity).toBe('normal');
  });

  it('alarms when the last of many readings has no pressure', () => {
    const readings = [...Array.from({ length: 9 }, () => reading()), reading({ oilPressureBar: 0.1 })];
    expect(judge(readings).severity).toBe('critical');
  });

  it('puts readings with times in order before it calls one the last', () => {
    const at = (hour: number, oilPressureBar: number): Reading =>
      reading({ oilPressureBar, time: `2026-01-01T0${String(hour)}:00:00Z` });
    const late = [at(9, 0.1), at(1, 3), at(2, 3), at(3, 3), at(4, 3)];
    expect(judge(late).severity).toBe('critical');
  });

  it('finds with its history a lasting drop that one reading does not show', () => {
    const low = reading({ oilPressureBar: 2.05 });
    const usual = Array.from({ length: 20 }, () => reading());
    expect(codes(judge([low], usual))).toEqual([]);
    expect(codes(judge([low], [...usual, low, low, low, low]))).toEqual(['OIL_PRESSURE_LOW']);
  });

  it('judges a vehicle by its own usual pressure, within bounds', () => {
    const low = reading({ oilPressureBar: 1.85 });
    const used = Array.from({ length: 100 }, () => reading({ oilPressureBar: 2.5 }));
    expect(codes(judge([low]))).toEqual(['OIL_PRESSURE_LOW']);
    expect(codes(judge([low], used))).toEqual([]);
  });

  it.each([
    [{ coolantTempC: 112 }, 'COOLANT_HOT', 'warning'],
    [{ coolantTempC: 118 }, 'COOLANT_OVERHEATING', 'critical'],
    [{ oilTempC: 128 }, 'OIL_HOT', 'warning'],
    [{ oilTempC: 155 }, 'OIL_OVERHEATING', 'critical'],
    [{ fuelPressureBar: 0.5 }, 'FUEL_PRESSURE_UNUSUAL', 'warning'],
    [{ coolantPressureBar: 0.2 }, 'COOLANT_PRESSURE_UNUSUAL', 'warning'],
  ])('%j gives %s', (changes, code, severity) => {
    const result = judge([reading(changes)]);
    expect(codes(result)).toContain(code);
    expect(result.severity).toBe(severity);
  });

  it('does not call a cold engine a fault', () => {
    expect(judge([reading({ coolantTempC: -10, oilTempC: -10 })]).severity).toBe('normal');
  });

  it('is more certain with more readings', () => {
    const many = judge(Array.from({ length: 20 }, () => reading()));
    expect(many.failure.confidence).toBeGreaterThan(judge([reading()]).failure.confidence);
    expect(judge([reading()]).failure.confidence).toBeCloseTo(0.3, 2);
  });

  it('gives a valid analysis for any valid readings, and never a milder one for less oil pressure', () => {
    const any = fc.record({
      rpm: fc.double({ min: 0, max: 8000, noNaN: true }),
      oilPressureBar: fc.double({ min: 0, max: 10, noNaN: true }),
      fuelPressureBar: fc.double({ min: 0, max: 25, noNaN: true }),
      coolantPressureBar: fc.double({ min: 0, max: 10, noNaN: true }),
      oilTempC: fc.double({ min: -40, max: 150, noNaN: true }),
      coolantTempC: fc.double({ min: -40, max: 150, noNaN: true }),
    });
    const rank = { normal: 0, warning: 1, critical: 2 };
    fc.assert(
      fc.property(
        fc.array(any, { minLength: 1, maxLength: 8 }),
        fc.array(any, { maxLength: 8 }),
        (readings, history) => {
          const result = judge(readings, history);
          expect(Analysis.safeParse(result).success).toBe(true);
          const lower = judge(
            readings.map((one) => ({ ...one, oilPressureBar: one.oilPressureBar / 2 })),
            history,
          );
          expect(rank[lower.severity]).toBeGreaterThanOrEqual(rank[result.severity]);
        },
      ),
      { numRuns: 200 },
    );
  });
});
