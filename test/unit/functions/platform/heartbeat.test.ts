import type { Context, Handler } from 'aws-lambda';
import type { ScheduleTrigger } from '../../../../functions/platform/declaration.js';
import { scheduleBehind } from '../../../../functions/platform/heartbeat.js';
import { platformFunction } from '../../../../functions/platform/platform-function.js';
import { shop } from '../../../kit/applications/fixture-topology.js';

const context = { functionName: 'f', getRemainingTimeInMillis: () => 30_000 } as Context;

/** Schedules of which a run of `name` notes a heartbeat. @param run what the function does */
async function heartbeatsOf(name: string, event: unknown, run: () => Promise<unknown>): Promise<unknown[]> {
  const handler: Handler = platformFunction(shop, name, () => run);
  const lines: string[] = [];
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (text: string | Uint8Array) => lines.push(String(text)) > 0;
  try {
    await (handler as (event: unknown, context: Context) => Promise<unknown>)(event, context);
  } catch {
    // A run that fails is one of the cases.
  } finally {
    process.stdout.write = write;
  }
  return lines
    .filter((line) => line.includes('"Heartbeats"'))
    .map((line) => {
      const { application, schedule, Heartbeats } = JSON.parse(line) as Record<string, unknown>;
      expect(application).toBe('fixture-shop');
      expect(line).toContain('"Dimensions":[["application","schedule"]]');
      expect(Heartbeats).toBe(1);
      return schedule;
    });
}

const well = () => Promise.resolve({});
const BUS_EVENT = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };

describe('the heartbeat of a scheduled function', () => {
  it.each([
    ['sweeper', BUS_EVENT, 'SweepSchedule'],
    ['sweeper', { deep: true }, 'DeepSweepSchedule'],
    ['sweeper', {}, 'SweepSchedule'],
    ['supervisor', BUS_EVENT, 'SuperviseSchedule'],
    ['ledger-seal', undefined, 'SealSchedule'],
  ])('of %s, called with %j, is of the schedule that gives such an event', async (name, event, schedule) => {
    expect(await heartbeatsOf(name, event, well)).toEqual([schedule]);
  });

  it('is missing after a run that failed', async () => {
    expect(await heartbeatsOf('sweeper', BUS_EVENT, () => Promise.reject(new Error('the table is away')))).toEqual([]);
  });

  it('is not noted by a function without a schedule', async () => {
    expect(await heartbeatsOf('replies', { Records: [] }, well)).toEqual([]);
  });

  it('is of no schedule where all give an input that the event does not hold', () => {
    const only: ScheduleTrigger = { kind: 'schedule', id: 'Deep', every: '1 day', input: { deep: true } };
    expect(scheduleBehind([only], { deep: false })).toBeUndefined();
    expect(scheduleBehind([only], { deep: true, since: 1 })).toBe(only);
  });
});
