import type { HistoryEvent, TaskScheduledEventDetails } from '@aws-sdk/client-sfn';
import { OpenCalls } from '../../../../../shared/aws/step-functions/sfn-open-calls.js';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
const since = (second: number) => at(second).toISOString();

/** Events as they are told: number, number of the one before in its branch, type, and what else. */
function open(...events: readonly (readonly [number, number, HistoryEvent['type'], Partial<HistoryEvent>?])[]) {
  const calls = new OpenCalls();
  for (const [id, previousEventId, type, more = {}] of events)
    calls.add({ id, previousEventId, type, timestamp: at(id), ...more });
  return calls.calls;
}

const entered = (name: string) => ({ stateEnteredEventDetails: { name } });
const exited = (name: string) => ({ stateExitedEventDetails: { name } });
const scheduled = (Payload: unknown, resource = 'invoke.waitForTaskToken') => ({
  taskScheduledEventDetails: {
    ...{ resourceType: 'lambda', region: 'eu-west-1', resource },
    parameters: JSON.stringify({ FunctionName: 'dispatcher', Payload }),
  },
});

test('of branches side by side, those whose task has not ended are open, with what they passed on', () => {
  const calls = open(
    [1, 0, 'ExecutionStarted'],
    [2, 0, 'ParallelStateEntered', entered('both')],
    [3, 2, 'ParallelStateStarted'],
    [4, 3, 'TaskStateEntered', entered('hotel')],
    [5, 4, 'TaskScheduled', scheduled({ step: 'hotel', token: 't1' })],
    [6, 3, 'TaskStateEntered', entered('car')],
    [7, 6, 'TaskScheduled', scheduled({ step: 'car', token: 't2' })],
    [8, 5, 'TaskStarted'],
    [9, 7, 'TaskStarted'],
    [10, 8, 'TaskSubmitted'],
    [11, 9, 'TaskSubmitted'],
    [12, 11, 'TaskSucceeded'],
    [13, 12, 'TaskStateExited', exited('car')],
  );
  expect(calls).toMatchObject([{ since: since(5), payload: { step: 'hotel', token: 't1' } }]);
});

test('a call that is made again after a fault is another one; one that waits for nothing is none', () => {
  const again = [
    [1, 0, 'ExecutionStarted'],
    [2, 0, 'TaskStateEntered', entered('tell')],
    [3, 2, 'TaskScheduled', scheduled({ step: 'tell' }, 'invoke')],
    [4, 3, 'TaskStarted'],
    [5, 4, 'TaskSucceeded'],
    [6, 5, 'TaskStateExited', exited('tell')],
    [7, 6, 'TaskStateEntered', entered('hotel')],
    [8, 7, 'TaskScheduled', scheduled({ step: 'hotel', token: 't1' })],
    [9, 8, 'TaskStarted'],
    [10, 9, 'TaskFailed'],
    [11, 10, 'TaskScheduled', scheduled({ step: 'hotel', token: 't2' })],
  ] as const;
  expect(open(...again)).toEqual([{ state: 'hotel', since: since(11), payload: { step: 'hotel', token: 't2' } }]);
  expect(open(...again, [12, 11, 'TaskTimedOut'])).toEqual([]);
  expect(open(...again.slice(0, 4))).toEqual([]);
});

test('where the history names neither what was passed on nor what came before, the state that was entered and not left', () => {
  const told = (resource: string) => ({
    taskScheduledEventDetails: { resourceType: 'lambda', resource } as TaskScheduledEventDetails,
  });
  const [bare, plain] = [told('x.waitForTaskToken'), told('x')];
  const events = [
    [1, 0, 'TaskStateEntered', entered('hotel')],
    [2, 0, 'TaskScheduled', bare],
    [3, 0, 'TaskSucceeded'],
    [4, 0, 'TaskStateExited', exited('hotel')],
    [5, 0, 'TaskStateEntered', entered('car')],
    [6, 0, 'TaskScheduled', bare],
  ] as const;
  expect(open(...events)).toEqual([{ state: 'car', since: since(5) }]);
  expect(
    open(
      ...events,
      [7, 0, 'TaskStateExited', exited('car')],
      [8, 0, 'TaskStateEntered', entered('tell')],
      [9, 0, 'TaskScheduled', plain],
    ),
  ).toEqual([]);
});
