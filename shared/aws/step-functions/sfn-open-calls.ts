import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { OpenCall } from '../../domain/execution/executions.js';

/** End of the resource of a task that waits for its token to be answered. */
const WAITS = '.waitForTaskToken';
/** Events that a task goes through before it has ended. */
const ON_THE_WAY = new Set(['TaskStarted', 'TaskSubmitted']);
const ENDS = new Set([
  'TaskSucceeded',
  'TaskFailed',
  'TaskTimedOut',
  'TaskStartFailed',
  'TaskSubmitFailed',
  'TaskStateAborted',
]);

/**
 * Steps at which an execution waits, from its history in the order in which it happened. Each event names the one before
 * it in its own branch, so that the end of a task is traced back to where it was scheduled. An engine whose history has
 * neither those names nor what was passed on tells by states entered and left alone, and of a state that several elements
 * of a map are in only that some wait.
 */
export class OpenCalls {
  readonly #open = new Map<number, OpenCall>();
  /** Event -> event that scheduled the task which it is about. */
  readonly #scheduled = new Map<number, number>();
  readonly #entered = new Map<string, { visits: number; since: string }>();
  #namesCalls = false;
  /** The state entered last: where nothing runs side by side, the one that schedules a task. */
  #state = '';
  readonly #waits = new Set<string>();

  /** Takes the next event. */
  add(event: HistoryEvent): void {
    const { id = 0, previousEventId = 0, type = '' } = event;
    this.#addVisit(event);
    const scheduled = this.#scheduled.get(previousEventId);
    if (type === 'TaskScheduled') this.#schedule(id, event);
    else if (scheduled !== undefined && ON_THE_WAY.has(type)) this.#scheduled.set(id, scheduled);
    else if (scheduled !== undefined && ENDS.has(type)) this.#open.delete(scheduled);
  }

  /** Calls that are open after all events that were added. */
  get calls(): readonly OpenCall[] {
    if (this.#namesCalls) return [...this.#open.values()];
    return [...this.#entered]
      .filter(([state, { visits }]) => visits > 0 && this.#waits.has(state))
      .map(([state, { since }]) => ({ state, since }));
  }

  #schedule(id: number, { taskScheduledEventDetails: details, timestamp }: HistoryEvent): void {
    if (details?.resource?.endsWith(WAITS) !== true) return;
    this.#waits.add(this.#state);
    if (details.parameters === undefined) return;
    this.#namesCalls = true;
    this.#scheduled.set(id, id);
    const { Payload } = JSON.parse(details.parameters) as { readonly Payload?: unknown };
    this.#open.set(id, { state: this.#state, since: iso(timestamp), payload: Payload });
  }

  #addVisit({ stateEnteredEventDetails: entered, stateExitedEventDetails: exited, timestamp }: HistoryEvent): void {
    const state = entered?.name ?? exited?.name;
    if (state === undefined) return;
    const { visits = 0, since = iso(timestamp) } = this.#entered.get(state) ?? {};
    if (entered) {
      this.#state = state;
      this.#entered.set(state, { visits: visits + 1, since: iso(timestamp) });
    } else this.#entered.set(state, { visits: visits - 1, since });
  }
}

function iso(date: Date | undefined): string {
  return (date ?? new Date(0)).toISOString();
}
