import { parse } from 'csv-parse';
import { Readable } from 'node:stream';
import { SIGNALS, Vin, type Reading, type SignalName, type VehicleInfo } from './schemas.js';
import {
  mapColumns,
  SIGNAL_COLUMNS,
  TelemetryFileError,
  type ColumnMap,
  type DetailName,
} from './telemetry-columns.js';
import { sampleVin } from './vin.js';

/** A row that can be published. `line` counts from 1, the header included. */
export interface TelemetryRow {
  readonly kind: 'row';
  readonly line: number;
  readonly vin: string;
  readonly reading: Reading;
  readonly vehicle?: VehicleInfo;
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
}

/**
 * Reads a telemetry CSV as a stream, one result for each data line in the order of the file; memory does not grow with it.
 *
 * - Columns are mapped by name and unit, see {@link mapColumns}; comma, semicolon or tab separate; a byte-order mark is
 *   skipped. Cells may be wrapped in quotes but hold no separator, so that a stray quote spoils its own line only.
 * - Each row must have a cell for every column and a number in range for every signal; else it is refused and the
 *   following rows go on. Empty lines at the end are no rows.
 * - A `vin` column must hold VINs; a `vehicle` column may hold any name, and each new name gets the next sample VIN.
 *   Without either, line by line is dealt to `vehicles` sample vehicles: which engine a reading belongs to is then made up.
 *
 * @throws TelemetryFileError when there is no usable header
 */
export async function* readTelemetryCsv(
  source: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
  options: TelemetryCsvOptions = {},
): AsyncGenerator<TelemetryRow | RefusedRow> {
  const vehicles = options.vehicles ?? 10;
  if (!Number.isInteger(vehicles) || vehicles < 1) {
    throw new RangeError(`vehicles: got ${String(vehicles)}, allowed are whole numbers from 1`);
  }
  const parser = parse({ bom: true, delimiter: [',', ';', '\t'], quote: null, relax_column_count: true, trim: true });
  const input = Readable.from(source);
  input.on('error', (error) => parser.destroy(error));
  const vins = new VehicleNames(vehicles);
  let columns: ColumnMap | undefined;
  let line = 0;
  let emptyLines: number[] = [];
  for await (const record of input.pipe(parser) as AsyncIterable<string[]>) {
    line += 1;
    const cells = record.map(unquote);
    if (columns === undefined) {
      columns = mapColumns(cells);
    } else if (cells.every((cell) => cell === '') && cells.length < 2) {
      emptyLines.push(line);
    } else {
      yield* emptyLines.map((empty): RefusedRow => ({ kind: 'refused', line: empty, reason: 'the line is empty' }));
      emptyLines = [];
      yield readRow(cells, line, columns, vins);
    }
  }
  if (columns === undefined)
    throw new TelemetryFileError('the file is empty: expected a header line with the column names');
}

const unquote = (cell: string): string => (/^"[^"]*"$/.test(cell) ? cell.slice(1, -1).trim() : cell);

function readRow(
  cells: readonly string[],
  line: number,
  columns: ColumnMap,
  vins: VehicleNames,
): TelemetryRow | RefusedRow {
  const refuse = (reason: string): RefusedRow => ({ kind: 'refused', line, reason });
  if (cells.length !== columns.width) {
    const which = cells.length < columns.width ? 'short' : 'long';
    return refuse(`${which} line: ${String(cells.length)} cells, the header has ${String(columns.width)}`);
  }
  const reading: Partial<Record<SignalName, number>> = {};
  const faults: string[] = [];
  for (const signal of SIGNALS) {
    const value = readSignal(signal, cells, columns);
    if (typeof value === 'string') faults.push(value);
    else reading[signal] = value;
  }
  if (faults.length > 0) return refuse(faults.join('; '));
  const time = detail('time', cells, columns);
  if (time !== undefined && Number.isNaN(Date.parse(time))) return refuse(`time: '${time}' is no date and time`);
  const vin = vins.vinFor(detail('vin', cells, columns), detail('vehicle', cells, columns), line, columns);
  if (vin === undefined) return refuse(`vehicle: '${detail('vin', cells, columns) ?? ''}' is no VIN or name`);
  const vehicle = readVehicle(cells, columns);
  if (typeof vehicle === 'string') return refuse(vehicle);
  return {
    kind: 'row',
    line,
    vin,
    reading: {
      ...(reading as Record<SignalName, number>),
      ...(time === undefined ? {} : { time: new Date(time).toISOString() }),
    },
    ...(Object.keys(vehicle).length === 0 ? {} : { vehicle }),
  };
}

/** The value in the signal's unit, or why there is none. */
function readSignal(signal: SignalName, cells: readonly string[], columns: ColumnMap): number | string {
  const { at, convert } = columns.signals[signal];
  const cell = cells[at] ?? '';
  if (cell === '') return `${signal}: blank`;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell)) return `${signal}: '${cell.slice(0, 40)}' is no number`;
  const value = convert(Number(cell));
  const { spans, hint } = SIGNAL_COLUMNS[signal];
  if (spans.some(([low, high]) => value >= low && value <= high)) return value;
  const allowed = spans.map(([low, high]) => `${String(low)} to ${String(high)}`).join(' or ');
  return `${signal}: ${String(Number(value.toFixed(3)))} is out of range, allowed ${allowed} (${hint})`;
}

function readVehicle(cells: readonly string[], columns: ColumnMap): VehicleInfo | string {
  const model = detail('model', cells, columns)?.slice(0, 80);
  const plant = detail('plant', cells, columns)?.slice(0, 40);
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
