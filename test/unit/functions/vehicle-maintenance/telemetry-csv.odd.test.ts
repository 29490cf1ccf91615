import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { analyze } from '../../../../functions/vehicle-maintenance/data-analysis/analyze.js';
import { Reading, VehicleInfo } from '../../../../functions/vehicle-maintenance/schemas.js';
import {
  readTelemetryCsv,
  type RefusedRow,
  type TelemetryCsvOptions,
  type TelemetryRow,
} from '../../../../functions/vehicle-maintenance/telemetry-csv.js';
import { LONGEST_LINE } from '../../../../functions/vehicle-maintenance/telemetry-lines.js';
import type { TimeForm } from '../../../../functions/vehicle-maintenance/telemetry-times.js';
import { VIN } from '../../../kit/generators/readings.js';

const SIGNAL_TITLES = 'Engine RPM,Lub oil pressure,Fuel pressure,Coolant pressure,Lub oil temp,Coolant temp';
const ROW = '820,2.9,6.2,2.1,78,80';
const READING = { rpm: 820, oilPressureBar: 2.9, fuelPressureBar: 6.2, coolantPressureBar: 2.1 };
const WARM = { oilTempC: 78, coolantTempC: 80 };

async function read(
  text: string | readonly string[],
  options: TelemetryCsvOptions = {},
): Promise<{ rows: TelemetryRow[]; refused: RefusedRow[] }> {
  const rows: TelemetryRow[] = [];
  const refused: RefusedRow[] = [];
  for await (const one of readTelemetryCsv(typeof text === 'string' ? [text] : text, options)) {
    if (one.kind === 'row') rows.push(one);
    else refused.push(one);
  }
  return { rows, refused };
}

const ROWS_AROUND_A_LONG_LINE = [
  ['row', 2],
  ['refused', 3],
  ['row', 4],
];

/** Kinds and lines of what a process with 64 MB of heap reads of a file; `source` declares the generator `file`. */
async function readWithLittleHeap(source: string): Promise<unknown> {
  const module = pathToFileURL(join(process.cwd(), 'functions/vehicle-maintenance/telemetry-csv.ts')).href;
  const program = `
    const { readTelemetryCsv } = await import(${JSON.stringify(module)});
    ${source}
    const found = [];
    for await (const one of readTelemetryCsv(file())) found.push([one.kind, one.line]);
    console.log(JSON.stringify(found));
  `;
  const { NODE_OPTIONS: _none, ...env } = process.env;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      ...['--max-old-space-size=64', '--conditions=laneway-source', '--import', 'tsx'],
      ...['--input-type=module', '--eval', program],
    ],
    { env },
  );
  return JSON.parse(stdout);
}

const lines = (found: readonly { readonly line: number }[]): number[] => found.map(({ line }) => line);

/** A file with a time in each row. */
const timed = (times: readonly string[], title = 'time'): string =>
  [`${title},${SIGNAL_TITLES}`, ...times.map((time) => `"${time}",${ROW}`)].join('\n');

describe('times of a telemetry file', () => {
  it.each([
    ['2026-08-05T18:57:56Z', '2026-08-05T18:57:56.000Z'],
    ['2026-08-05T18:57:56.123456Z', '2026-08-05T18:57:56.123Z'],
    ['2026-08-05T18:57:56,5Z', '2026-08-05T18:57:56.500Z'],
    ['2026-08-05T20:57+02:00', '2026-08-05T18:57:00.000Z'],
    ['20240331T023000Z', '2024-03-31T02:30:00.000Z'],
    ['20240331T023000+0100', '2024-03-31T01:30:00.000Z'],
  ])('%s is an instant', async (given, instant) => {
    const { rows, refused } = await read(timed([given]));
    expect(refused).toEqual([]);
    expect(rows[0]?.reading.time).toBe(instant);
  });

  it.each([
    ['05/04/2024 10:00', 'day and month could be either'],
    ['13/04/2024 10:00', 'day and month could be either'],
    ['31.12.24', 'day and month could be either'],
    ['2024-03-31 02:30:00', 'without an offset'],
    ['2024-03-31T02:30:00', 'without an offset'],
    ['2024-02-30T00:00:00Z', 'the calendar does not have'],
    ['2023-02-29T00:00:00Z', 'the calendar does not have'],
    ['2016-12-31T23:59:60Z', 'a leap second'],
    ['Wed Aug 05 18:57:56 GMT+01:00 2026', 'no ISO 8601'],
    ['1700000000', 'since when'],
    ['1700000000000', 'since when'],
    ['45123.5', 'since when'],
    ['0', 'since when'],
    ['10:00:01', 'a time of day without a date'],
    ['tomorrow', 'no ISO 8601'],
  ])('%s is refused by line and form, and its neighbours go on', async (given, form) => {
    const { rows, refused } = await read(timed(['2026-08-05T18:57:56Z', given, '2026-08-05T18:58:56Z']));
    expect(lines(rows)).toEqual([2, 4]);
    expect(refused).toEqual([{ kind: 'refused', line: 3, reason: expect.stringContaining(form) as string }]);
  });

  it.each<[string, TimeForm, string]>([
    ['1700000000', 'epoch seconds', '2023-11-14T22:13:20.000Z'],
    ['1700000000000', 'epoch milliseconds', '2023-11-14T22:13:20.000Z'],
    ['0.5', 'seconds since 2026-08-05T18:57:56Z', '2026-08-05T18:57:56.500Z'],
    ['2049.123', 'seconds since 2026-08-05T18:57:56+00:00', '2026-08-05T19:32:05.123Z'],
    ['60', 'milliseconds since 2026-08-05T18:57:56Z', '2026-08-05T18:57:56.060Z'],
  ])('%s is read in declared %s', async (given, times, instant) => {
    const { rows } = await read(timed([given], 'Time (sec)'), { times });
    expect(rows[0]?.reading.time).toBe(instant);
  });

  it('a header may name the count since 1970; a unit alone says no beginning', async () => {
    expect((await read(timed(['1700000000'], 'timestamp (epoch s)'))).rows[0]?.reading.time).toBe(
      '2023-11-14T22:13:20.000Z',
    );
    const { rows, refused } = await read(timed(['1.5', '2026-08-05T18:57:56Z'], 'Time (sec)'));
    expect([rows.length, refused.length]).toEqual([0, 2]);
    expect(refused[0]?.reason).toMatch(/'1.5' counts 'sec'.*seconds since/);
  });

  it.each(['1700000000000', '-1', '12:00', '5 s'])('%s is no time in epoch seconds', async (given) => {
    const { refused } = await read(timed([given]), { times: 'epoch seconds' });
    expect(refused).toHaveLength(1);
  });

  it.each(['seconds', 'epoch', 'seconds since yesterday', 'seconds since 2026-08-05T18:57:56'])(
    'there is no form %s',
    async (times) => {
      await expect(read(timed([]), { times: times as TimeForm })).rejects.toThrow('times: got');
    },
  );
});

describe('decimal signs of a telemetry file', () => {
  const semicolons = (rows: readonly string[]): string =>
    [SIGNAL_TITLES.replaceAll(',', ';'), ...rows].join('\n').concat('\n');

  it('a number that can be read in one way only proves the sign, also for rows before it', async () => {
    const { rows, refused } = await read(semicolons(['820;2,900;6;2;78;80', '820;2,9;6,2;2,1;78;80']));
    expect(refused).toEqual([]);
    expect(rows.map(({ reading }) => reading.oilPressureBar)).toEqual([2.9, 2.9]);
    expect(rows[1]?.reading).toEqual({ ...READING, ...WARM });
  });

  it.each([
    ['point', '2.9', 2.9],
    ['comma', '2,9', 2.9],
    ['point', '0.950', 0.95],
    ['comma', '0,950', 0.95],
  ])('%s is proven by %s', async (_sign, cell, value) => {
    const { rows } = await read(semicolons([`820;${cell};6;2;78;80`]));
    expect(rows[0]?.reading.oilPressureBar).toBe(value);
  });

  it('without a proof, a number with a sign is refused, and whole numbers are read', async () => {
    const { rows, refused } = await read(semicolons(['820;2,125;6;2;78;80', '820;2;6;2;78;80']));
    expect([lines(rows), lines(refused)]).toEqual([[3], [2]]);
    expect(refused[0]?.reason).toMatch(/'2,125' is no certain number.*declare/);
    const declared = await read(semicolons(['820;2,125;6;2;78;80']), { decimal: 'comma' });
    expect(declared.rows[0]?.reading.oilPressureBar).toBe(2.125);
  });

  it('another sign than the proven one, and groups of thousands, are refused by line', async () => {
    const { rows, refused } = await read(
      semicolons(['820;2,9;6;2;78;80', '820;2.9;6;2;78;80', '1.820,5;2,9;6;2;78;80', '1.234.567;2,9;6;2;78;80']),
    );
    expect([lines(rows), lines(refused)]).toEqual([[2], [3, 4, 5]]);
  });

  it('between commas the point is the sign, and a decimal comma in quotes is refused unless declared', async () => {
    const text = `${SIGNAL_TITLES}\n820,"2,9",6,2,78,80\n`;
    expect((await read(text)).refused[0]?.reason).toContain('the decimal sign of the file is a point');
    expect((await read(text, { decimal: 'comma' })).rows[0]?.reading.oilPressureBar).toBe(2.9);
    await expect(read(text, { decimal: 'dot' as never })).rejects.toThrow('decimal: got');
  });

  it('many rows without a proof keep their order and do not pile up', async () => {
    const many = Array.from({ length: 60_000 }, () => '820;2,125;6;2;78;80');
    const { refused } = await read(semicolons(many));
    expect(lines(refused)).toEqual(many.map((_, at) => at + 2));
  });
});

describe('lines of a telemetry file', () => {
  it.each([
    ['LF', '\n'],
    ['CR', '\r'],
    ['CR LF', '\r\n'],
  ])('end with %s', async (_name, end) => {
    expect(lines((await read([SIGNAL_TITLES, ROW, ROW].join(end))).rows)).toEqual([2, 3]);
  });

  it('may have ends of several kinds, wherever the chunks are cut', async () => {
    const text = `${SIGNAL_TITLES}\r\n${ROW}\n${ROW}\r${ROW}\r\n\n${ROW}`;
    for (let at = 0; at <= text.length; at++) {
      const { rows, refused } = await read([text.slice(0, at), text.slice(at)]);
      expect([lines(rows), lines(refused)]).toEqual([[2, 3, 4, 6], [5]]);
    }
  });

  it('that are too long are refused, and the next ones are read', async () => {
    const long = '8'.repeat(LONGEST_LINE + 1);
    const { rows, refused } = await read([`${SIGNAL_TITLES}\n${ROW}\n${long}`, long, `\n${ROW}\n${long}`]);
    expect([lines(rows), lines(refused)]).toEqual([
      [2, 4],
      [3, 5],
    ]);
    expect(refused[0]?.reason).toContain('65536 characters');
    await expect(read(long)).rejects.toThrow('the header has more than 65536 characters');
  });

  it('200 MB in one line are refused within 64 MB of heap', async () => {
    expect(
      await readWithLittleHeap(`async function* file() {
        yield Buffer.from(${JSON.stringify(`${SIGNAL_TITLES}\n${ROW}\n`)});
        const chunk = Buffer.alloc(65_536, '8');
        for (let bytes = 0; bytes < 200_000_000; bytes += chunk.length) yield chunk;
        yield Buffer.from(${JSON.stringify(`\n${ROW}\n`)});
      }`),
    ).toEqual(ROWS_AROUND_A_LONG_LINE);
  });

  it('may hold separators and doubled quotes in quotes', async () => {
    const { rows } = await read(`${SIGNAL_TITLES},model\n${ROW},"Roadster, ""S"""\n`);
    expect(rows[0]?.vehicle).toEqual({ model: 'Roadster, "S"' });
  });

  it('a model is not cut within a character', async () => {
    const { rows } = await read(`${SIGNAL_TITLES},model\n${ROW},${'x'.repeat(79)}\u{1f697}\n`);
    expect(rows[0]?.vehicle).toEqual({ model: 'x'.repeat(79) });
    expect(VehicleInfo.safeParse(rows[0]?.vehicle).success).toBe(true);
  });
});

describe('a report of a passenger car', () => {
  const text = [
    'TIMESTAMP (epoch ms),MARK,MODEL,VEHICLE_ID,ENGINE_COOLANT_TEMP,ENGINE_LOAD,ENGINE_RPM,FUEL_PRESSURE',
    '1502902504267,chevrolet,agile,car1,82C,"74,50%",2124RPM,380kPa',
    '1502902506258,chevrolet,agile,car1,118C,"33,3%",1009 rpm,3.8 bar',
    '1502902508258,chevrolet,agile,car1,82C,"33,3%",1009x,3.8 bar',
    '1502902510258,chevrolet,agile,car1,180F,"33,3%",1009,1mi',
  ].join('\n');

  it('is read with units behind the numbers, and says which signals it lacks', async () => {
    const { rows, refused } = await read(text);
    expect(rows.map(({ reading }) => reading)).toEqual([
      { rpm: 2124, coolantTempC: 82, fuelPressureBar: 3.8, time: '2017-08-16T16:55:04.267Z' },
      { rpm: 1009, coolantTempC: 118, fuelPressureBar: 3.8, time: '2017-08-16T16:55:06.258Z' },
    ]);
    expect(rows[0]?.missing).toEqual(['oilPressureBar', 'coolantPressureBar', 'oilTempC']);
    expect(refused.map(({ reason }) => reason)).toEqual([
      expect.stringContaining("rpm: '1009x' is no number with a unit known here") as string,
      expect.stringContaining("fuelPressureBar: '1mi' is no number with a unit") as string,
    ]);
  });

  it('is judged by what is there, and the analysis names what was not judged', async () => {
    const { rows } = await read(text);
    const [cold, hot] = rows.map(({ reading }) => analyze({ vin: VIN, readings: [Reading.parse(reading)] }));
    const unjudged = ['oilPressureBar', 'coolantPressureBar', 'oilTempC'];
    expect(cold).toMatchObject({ unjudged });
    expect(cold?.reasons.filter(({ signal }) => unjudged.includes(signal))).toEqual([]);
    expect(hot).toMatchObject({ severity: 'critical', reasons: expect.any(Array) as unknown });
    expect(hot?.reasons[0]).toMatchObject({ code: 'COOLANT_OVERHEATING', value: 118 });
  });

  it('a unit that contradicts its column is refused', async () => {
    const { refused } = await read('rpm,Coolant temp (C)\n900,180F\n');
    expect(refused[0]?.reason).toContain('has another unit than its column (C)');
  });

  it('a reading has at least one signal', () => {
    expect(Reading.safeParse({}).success).toBe(false);
    expect(Reading.safeParse({ rpm: 900 }).success).toBe(true);
  });

  it('a reading holds no number that a table refuses', () => {
    expect(Reading.parse({ oilPressureBar: 1e-131, oilTempC: -1e-140 })).toEqual({ oilPressureBar: 0, oilTempC: 0 });
    expect(Reading.parse({ oilPressureBar: 2.1234567 })).toEqual({ oilPressureBar: 2.123457 });
  });
});

const CASES = join(process.cwd(), '../shared/cases/telemetry-csv');
const withCases = existsSync(CASES) ? it : it.skip;
if (!existsSync(CASES))
  console.warn(`SKIPPED: the telemetry cases are not at ${CASES}; their kinds are tested by hand`);

describe('the files of the cases', () => {
  const file = (name: string): Promise<string> => readFile(join(CASES, name), 'utf8');

  withCases('serial.csv: the row with an Excel date is refused alone', async () => {
    const { rows, refused } = await read(await file('serial.csv'));
    expect([lines(rows), lines(refused)]).toEqual([[2, 4], [3]]);
  });

  withCases('shifted.csv: decimal commas are read, the short row is refused', async () => {
    const text = await file('shifted.csv');
    // The short row is the only one with a comma: it comes once more, with the column that it leaves out.
    const { rows, refused } = await read(`${text.trimEnd()}\n${text.split('\n')[1]?.trim()};again\n`);
    expect(refused).toEqual([{ kind: 'refused', line: 2, reason: 'short line: 6 cells, the header has 7' }]);
    const rest = { rpm: 820, fuelPressureBar: 6, coolantPressureBar: 2, ...WARM };
    expect(rows.map(({ reading }) => reading)).toEqual([
      { ...rest, oilPressureBar: 3 },
      { ...rest, oilPressureBar: 2.9 },
    ]);
  });

  withCases('elapsed-seconds.csv: refused until the beginning is declared', async () => {
    const text = await file('elapsed-seconds.csv');
    expect((await read(text)).rows).toEqual([]);
    const { rows, refused } = await read(text, { times: 'seconds since 2026-08-05T10:00:00Z' });
    expect([rows.length, refused]).toEqual([14, []]);
    expect(rows.at(-1)?.reading.time).toBe('2026-08-05T10:34:09.123Z');
  });

  withCases('times.csv: ISO 8601 with offset is read, all else refused', async () => {
    const { rows, refused } = await read(await file('times.csv'));
    expect(rows.map(({ reading }) => reading.time)).toEqual([
      ...['2026-08-05T18:57:56.123Z', '2024-03-31T02:30:00.000Z', '2026-08-05T18:57:56.500Z'],
    ]);
    expect(lines(refused)).toEqual([2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 15]);
  });

  withCases(
    'one-long-line.sh: 200 MB without an end are refused within 64 MB of heap, and the rows around them are read',
    async () => {
      const script = JSON.stringify(join(CASES, 'one-long-line.sh'));
      expect(
        await readWithLittleHeap(`const { spawn } = await import('node:child_process');
          const file = () => spawn('sh', [${script}, '200000000'], { stdio: ['ignore', 'pipe', 'inherit'] }).stdout;`),
      ).toEqual(ROWS_AROUND_A_LONG_LINE);
    },
  );

  withCases('header-crlf-rows-lf.csv: three rows', async () => {
    const { rows, refused } = await read(await file('header-crlf-rows-lf.csv'));
    expect([lines(rows), refused]).toEqual([[2, 3, 4], []]);
  });
});
