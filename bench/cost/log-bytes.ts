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
 * Lambda log format"): its start, its report, and before them that of a process that it starts for it.
 */
export function bytesOfInvocation(isCold = false): number {
  const requestId = randomUUID();
  const time = new Date(0).toISOString();
  const trace = 'Root=1-67ae9a5c-16a5c2f24f0d4fb87b9c64e2;Parent=1d9d4ef82c1e2bd1;Sampled=1;Lineage=1:5f1a9b8f:0';
  const runtime = {
    runtimeVersion: 'nodejs:24.v1',
    runtimeVersionArn: 'arn:aws:lambda:us-east-1::runtime:0123456789abcdef',
  };
  const started = { ...{ initializationType: 'on-demand', phase: 'init' }, ...runtime };
  const lines = [
    ...(isCold ? [{ time, type: 'platform.initStart', record: started }] : []),
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

/** Events in the history of a state beside its being entered and left; a task waits for its token. */
const EVENTS_OF: Readonly<Record<string, readonly string[]>> = {
  Task: ['TaskScheduled', 'TaskStarted', 'TaskSubmitted', 'TaskSucceeded'],
  Parallel: ['ParallelStateStarted', 'ParallelStateSucceeded'],
  Map: ['MapStateStarted', 'MapIterationStarted', 'MapIterationSucceeded', 'MapStateSucceeded'],
};

/**
 * Bytes of the lines that Step Functions writes about one state of an execution, at level ALL without execution data (Step
 * Functions developer guide, "Using CloudWatch Logs to log execution history"), one for each event of its history.
 */
export function bytesOfState(name: string, type: string): number {
  const events = [
    `${type}StateEntered`,
    ...(EVENTS_OF[type] ?? []),
    ...(type === 'Fail' ? [] : [`${type}StateExited`]),
  ];
  return bytesOfEvents(events, { name, resourceType: 'lambda', resource: 'invoke.waitForTaskToken' });
}

/** Bytes of the lines about an execution itself: that it began, and that it ended. */
export function bytesOfExecution(): number {
  const roleArn = 'arn:aws:iam::123456789012:role/VehiclesOrchestration-WorkflowServiceRole-0123456789AB';
  return bytesOfEvents(['ExecutionStarted', 'ExecutionSucceeded'], { roleArn });
}

function bytesOfEvents(types: readonly string[], details: Readonly<Record<string, string>>): number {
  const execution = `arn:aws:states:us-east-1:123456789012:execution:VehiclesOrchestration_Service:${randomUUID()}`;
  const lines = types.map((type, at) => ({
    ...{ id: String(at + 10), type, details },
    ...{
      previous_event_id: String(at + 9),
      event_timestamp: '1780484400000',
      execution_arn: execution,
      redrive_count: '0',
    },
  }));
  return lines.reduce((sum, line) => sum + Buffer.byteLength(JSON.stringify(line)) + BESIDE, 0);
}
