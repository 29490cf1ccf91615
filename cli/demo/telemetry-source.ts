import { createReadStream } from 'node:fs';
import { defined } from '../../shared/domain/base/defined.js';
import {
  readTelemetryCsv,
  type RefusedRow,
  type TelemetryCsvOptions,
} from '../../functions/vehicle-maintenance/telemetry-csv.js';
import type { SignalName, Telemetry } from '../../functions/vehicle-maintenance/schemas.js';
import { LanewayError } from '../../shared/domain/base/errors.js';

/** Options of {@link telemetryFrom}. */
export interface TelemetryFileOptions extends TelemetryCsvOptions {
  readonly limit: number;
}

/** A row that is published. */
export interface TelemetryLine {
  readonly line: number;
  readonly telemetry: Telemetry;
  /** Signals that the file has no column for. */
  readonly missing: readonly SignalName[];
}

/**
 * Rows of a telemetry CSV until `limit` data lines have been read; bad rows go to `refused` and count as read.
 * @throws LanewayError NOT_FOUND when the file cannot be read
 */
export async function* telemetryFrom(
  file: string,
  options: TelemetryFileOptions,
  refused: (row: RefusedRow) => void,
): AsyncGenerator<TelemetryLine> {
  const { limit, ...reading } = options;
  let read = 0;
  const rows = readTelemetryCsv(createReadStream(file), reading);
  try {
    for await (const row of rows) {
      if (read++ >= limit) return;
      if (row.kind === 'refused') refused(row);
      else
        yield {
          line: row.line,
          telemetry: {
            vin: row.vin,
            readings: [row.reading],
            ...defined({ vehicle: row.vehicle }),
          },
          missing: row.missing ?? [],
        };
    }
  } catch (cause) {
    if (isMissing(cause)) throw new LanewayError('NOT_FOUND', `the telemetry file '${file}' cannot be read`, { cause });
    throw cause;
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['ENOENT', 'EACCES', 'EISDIR'].includes(String(error.code));
