import { createReadStream, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import * as fc from 'fast-check';
import {
  readTelemetryCsv,
  type RefusedRow,
  type TelemetryCsvOptions,
  type TelemetryRow,
} from '../../../../functions/vehicle-maintenance/telemetry-csv.js';
import { hasValidCheckDigit, sampleVin } from '../../../../functions/vehicle-maintenance/vin.js';
import { VIN } from '../../../kit/generators/readings.js';

const DATA = '../shared/data/engine-health/engine_data.csv';
const withData = existsSync(DATA) ? it : it.skip;
const HEADER = 'Engine rpm,Lub oil pressure,Fuel pressure,Coolant pressure,lub oil temp,Coolant temp,Engine Condition';
const GOOD = '700,2.49,11.79,3.17,84.14,81.63,1';

async function read(
  text: string | AsyncIterable<Uint8Array>,
  options?: TelemetryCsvOptions,
): Promise<{ rows: TelemetryRow[]; refused: RefusedRow[] }> {
  const rows: TelemetryRow[] = [];
  const refused: RefusedRow[] = [];
  for await (const one of readTelemetryCsv(typeof text === 'string' ? [text] : text, options)) {
    if (one.kind === 'row') rows.push(one);
    else refused.push(one);
  }
  return { rows, refused };
}

describe('readTelemetryCsv', () => {
  it('maps columns by name and deals rows to vehicles in turn', async () => {
    const { rows, refused } = await read(`${HEADER}\n${GOOD}\n${GOOD}\n${GOOD}\n`, { vehicles: 2 });
    expect(refused).toEqual([]);
    expect(rows.map(({ vin }) => vin)).toEqual([sampleVin(0), sampleVin(1), sampleVin(0)]);
    expect(rows[0]).toMatchObject({
      line: 2,
      reading: {
        rpm: 700,
        oilPressureBar: 2.49,
        fuelPressureBar: 11.79,
        coolantPressureBar: 3.17,
        oilTempC: 84.14,
        coolantTempC: 81.63,
      },
    });
  });

  it('converts units named in the header, in any column order', async () => {
    const text =
      '\ufeffCoolant temp (°F);Lub oil pressure [psi];rpm;Fuel pressure (kPa);coolant_pressure (mbar);Oil temp (K)\r\n176;36.26;700;620;2170;350\r\n';
    const { rows, refused } = await read(text);
    expect(refused).toEqual([]);
    expect(rows[0]?.reading.coolantTempC).toBeCloseTo(80, 6);
    expect(rows[0]?.reading.oilPressureBar).toBeCloseTo(2.5, 3);
    expect(rows[0]?.reading.fuelPressureBar).toBeCloseTo(6.2, 6);
    expect(rows[0]?.reading.coolantPressureBar).toBeCloseTo(2.17, 6);
    expect(rows[0]?.reading.oilTempC).toBeCloseTo(76.85, 6);
  });

  it.each([
    ['', 'file is empty'],
    ['a,b\n1,2\n', 'no column for rpm'],
    [HEADER.replace('Lub oil pressure', 'Lub oil pressure (furlong)'), "unit 'furlong' is not known; known are: bar"],
    [`${HEADER},oil pressure`, 'two columns for oilPressureBar'],
  ])('refuses the header %j', async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  it.each([
    ['700,abc,11.79,3.17,84.14,81.63,1', "oilPressureBar: 'abc' is no number"],
    ['700,0x10,11.79,3.17,84.14,81.63,1', 'is no number'],
    ['700,Infinity,11.79,3.17,84.14,81.63,1', 'is no number'],
    ['700,"2.49,11.79,3.17,84.14,81.63,1', 'is no number'],
    ['700,,11.79,3.17,84.14,81.63,1', 'oilPressureBar: blank'],
    [',,,,,,', 'rpm: blank'],
    ['', 'the line is empty'],
    ['700,2.49,11.79', 'short line: 3 cells, the header has 7'],
    ['700,2.49,11.79,3.17,84.14,81.63,1,9', 'long line'],
    ['700,36.1,11.79,3.17,84.14,81.63,1', 'psi or kPa'],
    ['700,249,11.79,3.17,84.14,81.63,1', 'psi or kPa'],
    ['700,2.49,171,3.17,84.14,81.63,1', 'fuelPressureBar: 171 is out of range'],
    ['700,2.49,11.79,46,84.14,81.63,1', 'coolantPressureBar: 46 is out of range'],
    ['700,2.49,11.79,3.17,183.5,81.63,1', 'oilTempC: 183.5 is out of range'],
    ['700,2.49,11.79,3.17,84.14,178.9,1', 'coolantTempC: 178.9 is out of range'],
    ['700,2.49,11.79,3.17,84.14,354.8,1', '°F or K'],
    ['11.7,2.49,11.79,3.17,84.14,81.63,1', 'revolutions per second'],
    ['-700,2.49,11.79,3.17,84.14,81.63,1', 'rpm: -700 is out of range'],
    ['99999,2.49,11.79,3.17,84.14,81.63,1', 'rpm: 99999 is out of range'],
  ])('refuses %j and keeps its neighbours', async (bad, reason) => {
    const { rows, refused } = await read(`${HEADER}\n${GOOD}\n${bad}\n${GOOD}\n\n`);
    expect(rows.map(({ line }) => line)).toEqual([2, 4]);
    expect(refused).toEqual([{ kind: 'refused', line: 3, reason: expect.stringContaining(reason) as string }]);
  });

  it('uses a vehicle column, gives names a VIN of their own and reads the details', async () => {
    const text = `${HEADER},vehicle,time,model year,plant\n${GOOD},truck-7,2026-01-01T10:00:00Z,2024,Leipzig\n${GOOD},${VIN},,,\n${GOOD},truck-7,,,\n${GOOD},,,,\n${GOOD},x,,1066,\n${GOOD},x,soon,,`;
    const { rows, refused } = await read(text);
    expect(rows.map(({ vin }) => vin)).toEqual([sampleVin(0), VIN, sampleVin(0)]);
    expect(rows[0]).toMatchObject({
      reading: { time: '2026-01-01T10:00:00.000Z' },
      vehicle: { modelYear: 2024, plant: 'Leipzig' },
    });
    expect(refused.map(({ line }) => line)).toEqual([5, 6, 7]);
  });

  it('refuses what is no VIN in a vin column', async () => {
    const { rows, refused } = await read(`${HEADER},vin\n${GOOD},${VIN}\n${GOOD},SHORT\n`);
    expect([rows.length, refused[0]?.line]).toEqual([1, 3]);
  });

  it('passes on an error of its source', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`${HEADER}\n`);
      await Promise.resolve();
      throw new Error('disk gone');
    }
    await expect(read(broken())).rejects.toThrow('disk gone');
  });

  it('gives exactly one result for each line, wherever the chunks are cut and whatever the lines hold', async () => {
    const cell = fc.string({
      unit: fc.constantFrom('1', '2', '.', '-', 'e', '"', "'", ' ', 'x', '\\', '\u00e9'),
      maxLength: 5,
    });
    const line = fc.oneof(
      fc.constant(GOOD),
      fc.array(cell, { minLength: 1, maxLength: 9 }).map((cells) => cells.join(',')),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 12 }), fc.integer({ min: 1, max: 40 }), async (lines, size) => {
        const bytes = Buffer.from([HEADER, ...lines, GOOD].join('\n'));
        async function* chunks(): AsyncGenerator<Uint8Array> {
          for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
        }
        const { rows, refused } = await read(chunks());
        const seen = [...rows, ...refused].map((one) => one.line).toSorted((a, b) => a - b);
        expect(seen).toEqual([...lines, GOOD].map((_, at) => at + 2));
        lines.forEach((text, at) => {
          if (text === GOOD) expect(rows.some((row) => row.line === at + 2)).toBe(true);
        });
      }),
      { numRuns: 60 },
    );
  });

  withData('refuses none of the 19,535 real rows (skipped without ../shared/data)', async () => {
    const { rows, refused } = await read(createReadStream(DATA));
    expect([rows.length, refused]).toEqual([19_535, []]);
    expect(new Set(rows.map(({ vin }) => vin)).size).toBe(10);
  });

  withData('refuses exactly 20 spoiled rows of a copy of the real file (skipped without ../shared/data)', async () => {
    const lines = (await readFile(DATA, 'utf8')).trim().split(/\r?\n/);
    const spoilers: ((cells: number[]) => string)[] = [
      ([rpm, oil, ...rest]) => [rpm, 'broken', oil, ...rest.slice(1)].join(','),
      ([rpm, oil = 0, ...rest]) => [rpm, (oil * 14.5038 + 10).toFixed(2), ...rest].join(','),
      ([rpm, , ...rest]) => [rpm, '', ...rest].join(','),
      ([, ...rest]) => [25_000, ...rest].join(','),
      (cells) => cells.slice(0, 4).join(','),
      ([rpm, oil, fuel, coolant, oilTemp = 0, ...rest]) =>
        [rpm, oil, fuel, coolant, oilTemp * 1.8 + 32, ...rest].join(','),
      ([rpm, oil, fuel, coolant, oilTemp, coolantTemp = 0, label]) =>
        [rpm, oil, fuel, coolant, oilTemp, coolantTemp + 273.15, label].join(','),
    ];
    const spoiled = Array.from({ length: 20 }, (_, at) => 37 + at * 911);
    spoiled.forEach((index, at) => {
      lines[index] = spoilers[at % spoilers.length]?.((lines[index] ?? '').split(',').map(Number)) ?? '';
    });
    const { rows, refused } = await read(lines.join('\n'));
    expect(refused.map(({ line }) => line)).toEqual(spoiled.map((index) => index + 1));
    expect(rows).toHaveLength(19_535 - 20);
  });
});

describe('sampleVin', () => {
  it('is valid, distinct and stable', () => {
    const vins = Array.from({ length: 500 }, (_, at) => sampleVin(at));
    expect(new Set(vins).size).toBe(500);
    expect(vins.every(hasValidCheckDigit)).toBe(true);
    expect(hasValidCheckDigit(VIN)).toBe(true);
    expect(hasValidCheckDigit(VIN.replace('X', '1'))).toBe(false);
    expect(() => sampleVin(-1)).toThrow('got -1');
  });
});
