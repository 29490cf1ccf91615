import { Buffer } from 'node:buffer';
import { Console } from 'node:console';
import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { Logger } from '@aws-lambda-powertools/logger';
import type { Log } from '../../shared/agent/context.js';
import { logOver } from '../../shared/aws/base/powertools-log.js';
import type { Meter } from './meter.js';

/** Bytes that CloudWatch counts beside the text of a line (PutLogEvents, "batch size"). */
const BESIDE = 26;

/** A log whose lines are those of a function's own logger, and cost what CloudWatch bills for them. */
export function meteredLog(service: string, meter: Meter): Log {
  return logOver(new MeteredLogger(service, (bytes) => meter.add('logByte', bytes, 'logs')));
}

class MeteredLogger extends Logger {
  constructor(serviceName: string, count: (bytes: number) => void) {
    super({ serviceName, logLevel: 'INFO' });
    const stdout = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        count(chunk.length + BESIDE);
        done();
      },
    });
    // Its console is private, and the one place through which its lines go.
    Object.assign(this, { console: new Console({ stdout, stderr: stdout }) });
  }
}

/**
 * Bytes of the lines that Lambda itself writes about one invocation, logs as JSON (Lambda developer guide, "Understanding the
 * Lambda log format"): its start, and its report.
 */
export function bytesOfInvocation(): number {
  const requestId = randomUUID();
  const time = new Date(0).toISOString();
  const trace = 'Root=1-67ae9a5c-16a5c2f24f0d4fb87b9c64e2;Parent=1d9d4ef82c1e2bd1;Sampled=1;Lineage=1:5f1a9b8f:0';
  const lines = [
    { time, type: 'platform.start', record: { requestId, version: '$LATEST' } },
    {
      ...{ time, type: 'platform.report' },
      record: {
        requestId,
        metrics: { durationMs: 51.234, billedDurationMs: 52, memorySizeMB: 512, maxMemoryUsedMB: 118 },
        tracing: { spanId: '1d9d4ef82c1e2bd1', type: 'X-Amzn-Trace-Id', value: trace },
        status: 'success',
      },
    },
  ];
  return lines.reduce((sum, line) => sum + Buffer.byteLength(JSON.stringify(line)) + 1 + BESIDE, 0);
}
