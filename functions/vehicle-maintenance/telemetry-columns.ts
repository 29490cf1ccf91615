import type { SignalName } from './schemas.js';

/** A telemetry file that cannot be read at all, because of its header. Says which column, what it holds and what is allowed. */
export class TelemetryFileError extends Error {
  override readonly name = 'TelemetryFileError';
}

interface SignalColumn {
  readonly aliases: readonly string[];
  readonly quantity: 'speed' | 'pressure' | 'temperature';
  /** Spans that a good value may have, in the signal's own unit, both ends included. */
  readonly spans: readonly (readonly [low: number, high: number])[];
  /** Usual explanation of a value outside the spans, for the error text. */
  readonly hint: string;
}

/**
 * Columns by signal. The spans tell a running engine from a wrong unit where values can be told apart:
 * psi and kPa read above 10 bar from 0.7 bar on; Kelvin and Fahrenheit read above 150 from an engine at working temperature.
 * Coolant between 140 and 195 is refused, since no coolant stays liquid there at cap pressure and it is exactly where
 * 60-90 °C read in Fahrenheit; above, up to the 215 °C where the scale of OBD-II (SAE J1979, PID 05) ends, it is what a
 * failing sensor shows and the analysis has to judge it.
 * Cannot be told apart: MPa (reads as very low pressure), pressures below 0.7 bar in psi, a cold engine in Fahrenheit,
 * coolant of more than 90 °C in Fahrenheit, rad/s above 50.
 */
export const SIGNAL_COLUMNS: Readonly<Record<SignalName, SignalColumn>> = {
  rpm: {
    aliases: ['enginerpm', 'rpm', 'enginespeed'],
    quantity: 'speed',
    spans: [[50, 8_000]],
    hint: 'a running engine makes 50 to 8000 rpm; revolutions per second?',
  },
  oilPressureBar: {
    aliases: ['luboilpressure', 'lubricatingoilpressure', 'oilpressure', 'oilpressurebar'],
    quantity: 'pressure',
    spans: [[0, 10]],
    hint: 'psi or kPa in place of bar?',
  },
  fuelPressureBar: {
    aliases: ['fuelpressure', 'fuelpressurebar'],
    quantity: 'pressure',
    spans: [[0, 25]],
    hint: 'psi or kPa in place of bar?',
  },
  coolantPressureBar: {
    aliases: ['coolantpressure', 'coolantpressurebar'],
    quantity: 'pressure',
    spans: [[0, 10]],
    hint: 'psi or kPa in place of bar?',
  },
  oilTempC: {
    aliases: [
      ...['luboiltemp', 'luboiltemperature', 'lubricatingoiltemperature', 'oiltemp', 'oiltemperature', 'oiltempc'],
      ...['engineoiltemp', 'engineoiltemperature'],
    ],
    quantity: 'temperature',
    spans: [[-40, 150]],
    hint: '°F or K in place of °C?',
  },
  coolantTempC: {
    aliases: ['coolanttemp', 'coolanttemperature', 'coolanttempc', 'enginecoolanttemp', 'enginecoolanttemperature'],
    quantity: 'temperature',
    spans: [
      [-40, 140],
      [195, 215],
    ],
    hint: '°F or K in place of °C?',
  },
};

type Convert = (value: number) => number;
const same: Convert = (value) => value;

/** Units a header may name in brackets, and how a value becomes rpm, bar or °C (psi: 0.0689476 bar, NIST SP 811). */
const UNITS: Readonly<Record<SignalColumn['quantity'], Readonly<Record<string, Convert>>>> = {
  speed: { rpm: same, 'r/min': same, '1/min': same, 'rev/s': (value) => value * 60, rps: (value) => value * 60 },
  pressure: {
    bar: same,
    mbar: (value) => value / 1000,
    psi: (value) => value * 0.0689476,
    kpa: (value) => value / 100,
    mpa: (value) => value * 10,
  },
  temperature: {
    c: same,
    celsius: same,
    f: (value) => ((value - 32) * 5) / 9,
    fahrenheit: (value) => ((value - 32) * 5) / 9,
    k: (value) => value - 273.15,
    kelvin: (value) => value - 273.15,
  },
};

const DETAIL_ALIASES = {
  vin: ['vin'],
  vehicle: ['vehicle', 'vehicleid', 'vehiclename'],
  time: ['time', 'timestamp', 'measuredat'],
  model: ['model', 'vehiclemodel'],
  modelYear: ['modelyear', 'year'],
  plant: ['plant', 'assemblyplant'],
} as const;
/** A column that is no signal but known. */
export type DetailName = keyof typeof DETAIL_ALIASES;

/** Positions of the known columns, and the conversions of their values into the signals' units. */
export interface ColumnMap {
  readonly width: number;
  /** Columns of the signals that the file has; `unit` where the header names one. */
  readonly signals: Readonly<Partial<Record<SignalName, { readonly at: number; readonly unit: string | undefined }>>>;
  /** Signals that the file has no column for. */
  readonly missing: readonly SignalName[];
  readonly details: Readonly<Partial<Record<DetailName, number>>>;
  /** Unit that the header names for the time. */
  readonly timeUnit: string | undefined;
  /** Headers that mean nothing to us, for example a label column; their values are not read. */
  readonly ignored: readonly string[];
}

/**
 * Reads a header line: columns are found by name, in any order, case and spelling with spaces or underscores;
 * a unit may follow in brackets, as in `Lub oil pressure (psi)` or `Coolant temp [°F]`. Without one, and without one in the cell:
 * rpm, bar, °C. A file need not have every signal.
 *
 * @throws TelemetryFileError for a file without any signal, a doubled column or a unit that is not known
 */
export function mapColumns(header: readonly string[]): ColumnMap {
  const signals: Partial<Record<SignalName, { at: number; unit: string | undefined }>> = {};
  const details: Partial<Record<DetailName, number>> = {};
  const ignored: string[] = [];
  let timeUnit: string | undefined;
  header.forEach((title, at) => {
    const { name, unit } = splitTitle(title);
    const signal = signalNames().find((candidate) => SIGNAL_COLUMNS[candidate].aliases.includes(name));
    const detail = detailNames().find((candidate) => (DETAIL_ALIASES[candidate] as readonly string[]).includes(name));
    if (signal !== undefined) {
      if (signals[signal])
        throw new TelemetryFileError(
          `two columns for ${signal}; the second is '${title}', column ${String(at + 1)}: remove one`,
        );
      if (unit !== undefined && converter(signal, unit) === undefined) {
        throw new TelemetryFileError(
          `column '${title}': the unit '${unit}' is not known; known are: ${unitsOf(signal).join(', ')}`,
        );
      }
      signals[signal] = { at, unit };
    } else if (detail !== undefined && details[detail] === undefined) {
      details[detail] = at;
      if (detail === 'time') timeUnit = unit;
    } else ignored.push(title);
  });
  const missing = signalNames().filter((signal) => signals[signal] === undefined);
  if (missing.length === signalNames().length) {
    const wanted = missing
      .map((signal) => `${signal} (${SIGNAL_COLUMNS[signal].aliases.slice(0, 3).join(', ')})`)
      .join('; ');
    throw new TelemetryFileError(`no column for ${wanted}; the header has: ${header.join(', ')}`);
  }
  return { width: header.length, signals, missing, details, timeUnit, ignored };
}

function splitTitle(title: string): { name: string; unit: string | undefined } {
  const bracket = /^(.*?)\s*[([]\s*([^)\]]*?)\s*[)\]]\s*$/.exec(title);
  const name = (bracket?.[1] ?? title).toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return { name, unit: bracket?.[2] === '' ? undefined : bracket?.[2] };
}

/** Conversion of a value in a unit into the signal's own; undefined for a unit that is not known. Without a unit: as it is. */
export function converter(signal: SignalName, unit: string | undefined): Convert | undefined {
  if (unit === undefined) return same;
  const known = UNITS[SIGNAL_COLUMNS[signal].quantity];
  const name = unit.toLowerCase().replaceAll(/[°º\s]|deg\.?/g, '');
  return Object.hasOwn(known, name) ? known[name] : undefined;
}

/** Units that a signal may have. */
export function unitsOf(signal: SignalName): string[] {
  return Object.keys(UNITS[SIGNAL_COLUMNS[signal].quantity]);
}

const signalNames = (): SignalName[] => Object.keys(SIGNAL_COLUMNS) as SignalName[];
const detailNames = (): DetailName[] => Object.keys(DETAIL_ALIASES) as DetailName[];
