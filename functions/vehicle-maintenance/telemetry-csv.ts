import { SIGNALS, Vin, type Reading, type SignalName, type VehicleInfo } from './schemas.js';
import {
  converter,
  mapColumns,
  SIGNAL_COLUMNS,
  TelemetryFileError,
  unitsOf,
  type ColumnMap,
  type DetailName,
} from './telemetry-columns.js';
import { cellsOf, LONGEST_LINE, readLines, type TextLine } from './telemetry-lines.js';
import { needsSign, provenSign, readNumber, type DecimalSign } from './telemetry-numbers.js';
import { namedForm, timeReader, type ReadTime, type TimeForm } from './telemetry-times.js';
import { sampleVin } from './vin.js';

/** A row that can be published. `line` counts from 1, the header included. */
export interface TelemetryRow {
  readonly kind: 'row';
  readonly line: number;
  readonly vin: string;
  readonly reading: Reading;
  readonly vehicle?: VehicleInfo;
  /** Signals that the file has no column for: nothing is known of them. */
  readonly missing?: readonly SignalName[];
}

/** A row that is refused, with the reason for a person. */
export interface RefusedRow {
  readonly kind: 'refused';
  readonly line: number;
  readonly reason: string;
}

export interface TelemetryCsvOptions {
  /** Rows of a file without vehicle column are dealt in turn to so many sample vehicles. Default 10. */
  readonly vehicles?: number;
  /** Decimal sign of the numbers. Default: the point between commas; else the one that a number of the file proves. */
  readonly decimal?: DecimalSign;
  /** Form of the times. Default: the one that the header names (`timestamp (epoch ms)`), else ISO 8601 with offset. */
  readonly times?: TimeForm;
}

/** Characters of rows that wait for a number that proves the decimal sign. */
const MOST_WAITING = 1_000_000;

/**
 * Reads a telemetry CSV as a stream, one result for each data line in the order of the file; memory grows neither with it nor
 * with the length of a line.
 *
 * - Columns are mapped by name and unit, see {@link mapColumns}; the header's comma, semicolon or tab separates; a byte-order mark is
 *   skipped. Lines end with LF, CR or CR LF, also mixed. A stray quote spoils its own line only.
 * - Each row must have a cell for every column and a number in range for every signal that has a column; else it is refused and
 *   the following rows go on. A number may have its unit behind it (`82 C`). Empty lines at the end are no rows.
 * - Nothing is guessed: a number whose decimal sign is not certain and a time that is not ISO 8601 with offset are refused, unless
 *   an option declares them.
 * - A `vin` column must hold VINs; a `vehicle` column may hold any name, and each new name gets the next sample VIN.
 *   Without either, line by line is dealt to `vehicles` sample vehicles: which engine a reading belongs to is then made up.
 *
 * @throws TelemetryFileError when there is no usable header, or for an option that there is not
 */
export async function* readTelemetryCsv(
  source: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
  options: TelemetryCsvOptions = {},
): AsyncGenerator<TelemetryRow | RefusedRow> {
  const vehicles = options.vehicles ?? 10;
  if (!Number.isInteger(vehicles) || vehicles < 1) {
    throw new RangeError(`vehicles: got ${String(vehicles)}, allowed are whole numbers from 1`);
  }
  if (options.decimal !== undefined && !['point', 'comma'].includes(options.decimal))
    throw new TelemetryFileError(`decimal: got '${String(options.decimal)}', allowed are point and comma`);
  let rows: RowReader | undefined;
  let empty: number[] = [];
  for await (const one of readLines(source)) {
    if (rows === undefined) {
      rows = rowReader(one, options, new VehicleNames(vehicles));
    } else if (one.text?.trim() === '') {
      empty.push(one.line);
    } else {
      for (const line of empty) yield* rows.read({ line, text: '' });
      empty = [];
      yield* rows.read(one);
    }
  }
  if (rows === undefined)
    throw new TelemetryFileError('the file is empty: expected a header line with the column names');
  yield* rows.end();
}

const SEPARATORS = [',', ';', '\t'];

/** Reads the header. @throws TelemetryFileError */
function rowReader({ text }: TextLine, options: TelemetryCsvOptions, vins: VehicleNames): RowReader {
  if (text === undefined) throw new TelemetryFileError(`the header has more than ${String(LONGEST_LINE)} characters`);
  const header = text.replace(/^\ufeff/, '');
  // The separator is the one that makes most columns of the header; a title that holds another one counts for less.
  const [separator = ','] = SEPARATORS.toSorted((a, b) => cellsOf(header, b).length - cellsOf(header, a).length);
  const columns = mapColumns(cellsOf(header, separator));
  const form = options.times ?? (columns.timeUnit === undefined ? 'iso' : namedForm(columns.timeUnit));
  const readTime = form === undefined ? countWithoutStart(columns.timeUnit ?? '') : timeReader(form);
  if (readTime === undefined) {
    throw new TelemetryFileError(
      `times: got '${String(form)}', allowed are: iso, epoch seconds, epoch milliseconds, seconds since <ISO time>, milliseconds since <ISO time>`,
    );
  }
  const decimal = options.decimal ?? (separator === ',' ? 'point' : undefined);
  return new RowReader(separator, columns, readTime, decimal, vins);
}

/** Refuses every time: the header names a unit, and not since when it counts. */
function countWithoutStart(unit: string): ReadTime {
  return (cell) =>
    `'${cell.slice(0, 40)}' counts '${unit}', and the file does not say since when: declare it (times: 'seconds since <ISO time>' or 'epoch seconds')`;
}

/** Reads rows; while the decimal sign of the file is not certain, rows that need it wait. */
class RowReader {
  private waiting: { readonly line: number; readonly cells: readonly string[] }[] = [];
  private characters = 0;

  constructor(
    private readonly separator: string,
    private readonly columns: ColumnMap,
    private readonly readTime: ReadTime,
    private decimal: DecimalSign | undefined,
    private readonly vins: VehicleNames,
  ) {}

  *read({ line, text }: TextLine): Generator<TelemetryRow | RefusedRow> {
    if (text === undefined || text === '') {
      const reason = text === '' ? 'the line is empty' : `the line has more than ${String(LONGEST_LINE)} characters`;
      yield* this.after({ kind: 'refused', line, reason });
      return;
    }
    const cells = cellsOf(text, this.separator);
    if (this.decimal === undefined) {
      const numbers = this.numbersOf(cells);
      this.decimal = numbers.map(provenSign).find((sign) => sign !== undefined);
      if (this.decimal === undefined && (this.waiting.length > 0 || numbers.some(needsSign))) {
        this.waiting.push({ line, cells });
        this.characters += text.length;
        if (this.characters > MOST_WAITING) yield* this.end();
        return;
      }
    }
    yield* this.end();
    yield this.row(cells, line);
  }

  /** The rows that wait, read by what is known now. */
  *end(): Generator<TelemetryRow | RefusedRow> {
    const rows = this.waiting;
    this.waiting = [];
    this.characters = 0;
    for (const { line, cells } of rows) yield this.row(cells, line);
  }

  /** A result that waits for nothing, behind the rows before it. */
  private *after(refused: RefusedRow): Generator<TelemetryRow | RefusedRow> {
    yield* this.end();
    yield refused;
  }

  private numbersOf(cells: readonly string[]): string[] {
    return SIGNALS.flatMap((signal) => {
      const at = this.columns.signals[signal]?.at;
      return at === undefined ? [] : (cells[at] ?? []);
    });
  }

  private row(cells: readonly string[], line: number): TelemetryRow | RefusedRow {
    const { columns, vins } = this;
    const refuse = (reason: string): RefusedRow => ({ kind: 'refused', line, reason });
    if (cells.length !== columns.width) {
      const which = cells.length < columns.width ? 'short' : 'long';
      return refuse(`${which} line: ${String(cells.length)} cells, the header has ${String(columns.width)}`);
    }
    const reading: Partial<Record<SignalName, number>> = {};
    const faults: string[] = [];
    for (const signal of SIGNALS) {
      const value = readSignal(signal, cells, columns, this.decimal);
      if (typeof value === 'string') faults.push(value);
      else if (value !== undefined) reading[signal] = value;
    }
    if (faults.length > 0) return refuse(faults.join('; '));
    const given = detail('time', cells, columns);
    const time = given === undefined ? undefined : this.readTime(given, this.decimal);
    if (typeof time === 'string') return refuse(`time: ${time}`);
    const vin = vins.vinFor(detail('vin', cells, columns), detail('vehicle', cells, columns), line, columns);
    if (vin === undefined) return refuse(`vehicle: '${detail('vin', cells, columns) ?? ''}' is no VIN or name`);
    const vehicle = readVehicle(cells, columns);
    if (typeof vehicle === 'string') return refuse(vehicle);
    return {
      kind: 'row',
      line,
      vin,
      reading: { ...reading, ...(time === undefined ? {} : { time: new Date(time).toISOString() }) },
      ...(Object.keys(vehicle).length === 0 ? {} : { vehicle }),
      ...(columns.missing.length === 0 ? {} : { missing: columns.missing }),
    };
  }
}

/** The value in the signal's unit, or why there is none; undefined for a signal without a column. */
function readSignal(
  signal: SignalName,
  cells: readonly string[],
  columns: ColumnMap,
  decimal: DecimalSign | undefined,
): number | string | undefined {
  const column = columns.signals[signal];
  if (column === undefined) return undefined;
  const cell = cells[column.at] ?? '';
  if (cell === '') return `${signal}: blank`;
  const number = readNumber(cell, decimal);
  if (typeof number === 'string') return `${signal}: ${number}`;
  const convert = converter(signal, number.unit ?? column.unit);
  if (convert === undefined)
    return `${signal}: '${cell.slice(0, 40)}' is no number with a unit known here (${unitsOf(signal).join(', ')})`;
  if (number.unit !== undefined && column.unit !== undefined && convert !== converter(signal, column.unit))
    return `${signal}: '${cell.slice(0, 40)}' has another unit than its column (${column.unit})`;
  const value = convert(number.value);
  const { spans, hint } = SIGNAL_COLUMNS[signal];
  if (spans.some(([low, high]) => value >= low && value <= high)) return value;
  const allowed = spans.map(([low, high]) => `${String(low)} to ${String(high)}`).join(' or ');
  return `${signal}: ${String(Number(value.toFixed(3)))} is out of range, allowed ${allowed} (${hint})`;
}

function readVehicle(cells: readonly string[], columns: ColumnMap): VehicleInfo | string {
  const model = shortened(detail('model', cells, columns), 80);
  const plant = shortened(detail('plant', cells, columns), 40);
  const year = detail('modelYear', cells, columns);
  const modelYear = year === undefined ? undefined : Number(year);
  if (modelYear !== undefined && !(Number.isInteger(modelYear) && modelYear >= 1980 && modelYear <= 2100)) {
    return `modelYear: '${year ?? ''}' is no year from 1980 to 2100`;
  }
  return {
    ...(model === undefined ? {} : { model }),
    ...(plant === undefined ? {} : { plant }),
    ...(modelYear === undefined ? {} : { modelYear }),
  };
}

/** The first `most` characters of a text, without half of a character at the end. */
function shortened(text: string | undefined, most: number): string | undefined {
  return text?.slice(0, most).replace(/[\ud800-\udbff]$/, '');
}

function detail(name: DetailName, cells: readonly string[], columns: ColumnMap): string | undefined {
  const at = columns.details[name];
  return at === undefined || cells[at] === '' ? undefined : cells[at];
}

/** Finds the VIN of each row. Names and lines without VIN get sample VINs, the same ones for the same file. */
class VehicleNames {
  private readonly byName = new Map<string, string>();

  constructor(private readonly vehicles: number) {}

  vinFor(vin: string | undefined, name: string | undefined, line: number, columns: ColumnMap): string | undefined {
    if (columns.details.vin !== undefined) return Vin.safeParse(vin?.toUpperCase()).data;
    if (columns.details.vehicle === undefined) return sampleVin((line - 2) % this.vehicles);
    if (name === undefined) return undefined;
    if (Vin.safeParse(name).success) return name;
    const known = this.byName.get(name) ?? sampleVin(this.byName.size);
    this.byName.set(name, known);
    return known;
  }
}
