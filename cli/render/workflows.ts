import { cutText } from '../../shared/domain/base/cut-text.js';
import type { Execution, ExecutionStatus } from '../../shared/domain/execution/executions.js';
import type { AffectedStep } from '../../shared/operator/workflows/affected-executions.js';
import type { WorkflowChange } from '../../shared/operator/workflows/compare-definitions.js';
import type { ExecutionView } from '../../shared/operator/workflows/inspect-execution.js';
import type { StepView } from '../../shared/operator/workflows/step-views.js';
import type { PathCost } from '../../shared/operator/workflows/workflow-cost.js';
import type { Mark } from './machine.js';
import type { Paint } from './paint.js';
import { table } from './table.js';
import { between, span } from './time.js';
import { renderTree } from './tree.js';

/** An execution in a list; `waiting` holds the steps of a running one that wait, and for whom. */
export interface ListedExecution extends Execution {
  readonly waiting?: readonly string[];
}

/** Characters shown of the result that an execution completed with. */
const LONGEST_DATA = 400;

/** Executions as a table: `laneway workflow list`. */
export function executionTable(application: string, executions: readonly ListedExecution[], paint: Paint): string[] {
  if (executions.length === 0) return [`${application} has no such executions`];
  const head = heads(['execution', 'status', 'started', 'took', 'waits'], paint);
  const rows = executions.map(({ name, status, startedAt, endedAt, waiting = [] }) => [
    name,
    { text: status, paint: statusPaint(status, paint) },
    startedAt,
    endedAt === undefined ? '' : span(between(startedAt, endedAt)),
    waiting.join(', '),
  ]);
  return table(rows, { head });
}

/** One execution: its steps, why it failed, its conversation: `laneway workflow get`. */
export function executionText(view: ExecutionView, paint: Paint, { conversation = true } = {}): string[] {
  const { execution, status, startedAt, endedAt, generation, result, data, failure, retriedAs, entries } = view;
  const took = endedAt === undefined ? '' : `, ended ${endedAt} after ${span(between(startedAt, endedAt))}`;
  const lines = [
    `${paint.strong(execution)} ${statusPaint(status, paint)(status)}${result === undefined ? '' : `: ${result}`}`,
    `started ${startedAt}${took}${generation === 0 ? '' : `, retry ${generation}`}`,
    ...(retriedAs === undefined ? [] : [`retried as ${retriedAs}`]),
    ...(data === undefined ? [] : [`with ${cut(JSON.stringify(data))}`]),
    '',
    ...table(view.steps.map((step) => stepRow(step, paint))),
  ];
  if (failure) {
    const message =
      failure.messageId === undefined ? [] : [['message', `${failure.messageType ?? ''} ${failure.messageId}`]];
    const rows = [
      ...(failure.step === undefined ? [] : [['failed at', failure.step]]),
      ...(failure.agent === undefined ? [] : [['agent', failure.agent]]),
      ...message,
      ['why', failure.why.replaceAll('\n', ' ')],
      ...failure.next.map((command, index) => [index === 0 ? 'next' : '', command]),
    ];
    lines.push('', ...table(rows.map(([name = '', value = '']) => [{ text: name, paint: paint.faint }, value])));
  }
  return conversation ? [...lines, '', renderTree(entries, paint)] : lines;
}

/** The beginning of a text; all of it is in the data that `--json` prints. */
function cut(text: string): string {
  return text.length <= LONGEST_DATA ? text : `${cutText(text, LONGEST_DATA)}... (${text.length} characters)`;
}

/** A change, with the running executions that would run into something. */
export interface ShownChange extends WorkflowChange {
  readonly lookedAt: number;
  readonly affected: readonly AffectedStep[];
}

/** Effects of a deployment on workflows, as text: `laneway workflow diff`. */
export function changeText(changes: readonly ShownChange[], paint: Paint): string[] {
  return changes.flatMap(({ workflow, change, added, removed, changed, running, breaks, lookedAt, affected }) => [
    `${paint.strong(workflow)}: ${change}, ${running} running${running > 0 && change !== 'unchanged' ? (change === 'removed' ? ' (they are ended at their next step, with their machine)' : ' (they end on the definition that they were started with)') : ''}`,
    ...added.map((state) => paint.good(`  + ${state}`)),
    ...removed.map((state) => paint.bad(`  - ${state}`)),
    ...changed.map((state) => paint.warn(`  ~ ${state}`)),
    ...affected.flatMap(({ what, count, executions }) => [
      `  ${paint.bad('breaks running executions')}: ${what}`,
      `    ${count} at or before it: ${executions.join(', ')}${count > executions.length ? ', ...' : ''}`,
    ]),
    ...breaks
      .filter((text) => !affected.some(({ what }) => what === text))
      .map(
        (text) =>
          `  ${paint.faint(lookedAt < running ? 'none of those looked at runs into it' : 'nobody runs into it')}: ${text}`,
      ),
    ...(lookedAt < running ? [`  only the ${lookedAt} latest running executions were looked at`] : []),
  ]);
}

/** The ways through a workflow with their cost: `laneway workflow cost`. */
export function costText(workflow: string, paths: readonly PathCost[], paint: Paint): string[] {
  const head = heads(['transitions', '$ per 1000 runs', 'path'], paint);
  const rows = paths.map(({ transitions, dollarsPerThousand, states }) => [
    String(transitions),
    dollarsPerThousand.toFixed(3),
    states.join(' > '),
  ]);
  return [paint.strong(workflow), ...table(rows, { head, right: [0, 1] })];
}

/** Marks of an execution on its machine. */
export function marksOf({ steps, visits, status }: ExecutionView): Map<string, Mark> {
  const marks = new Map<string, Mark>();
  for (const [state, { entered, exited }] of Object.entries(visits))
    marks.set(
      state,
      entered <= exited || status === 'succeeded' ? 'done' : status === 'running' ? 'waiting' : 'failed',
    );
  for (const { step, state, index } of steps) {
    const settled = state === 'done' || state === 'answered';
    // The engine's history may be older than the records. A map's element says nothing of the others.
    if (settled) marks.set(step, index === undefined ? 'done' : (marks.get(step) ?? 'done'));
    if (state === 'waiting' || state === 'failed') marks.set(step, state);
  }
  return marks;
}

function stepRow(step: StepView, paint: Paint) {
  const { state, what = '', index, percent, note, waitsFor, until, attempt, pausing, takenOver, error } = step;
  const paints = {
    done: paint.good,
    waiting: paint.warn,
    failed: paint.bad,
    entered: paint.warn,
    answered: paint.good,
  };
  const progress = percent === undefined ? '' : ` ${percent} %${note === undefined ? '' : ` (${note})`}`;
  const text =
    state === 'waiting'
      ? `for ${waitsFor ?? ''}${attempt === undefined ? '' : `, attempt ${attempt}`}${progress}, ${pausing ? 'asked again at' : 'until'} ${until ?? ''}`
      : state === 'failed'
        ? (error ?? '')
        : state === 'answered'
          ? `by the value for ${error ?? ''}`
          : takenOver
            ? 'by an earlier generation'
            : '';
  return [
    { text: state, paint: state === 'not reached' ? paint.faint : paints[state] },
    index === undefined ? step.step : `${step.step} #${index}`,
    `${step.kind} ${what}`.trim(),
    text.replaceAll('\n', ' '),
  ];
}

function statusPaint(status: ExecutionStatus, paint: Paint): (text: string) => string {
  if (status === 'succeeded') return paint.good;
  return status === 'running' ? paint.warn : paint.bad;
}

function heads(names: readonly string[], paint: Paint) {
  return names.map((text) => ({ text, paint: paint.faint }));
}
