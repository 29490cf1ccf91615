import { PRIORITIES, type Priority } from '../../../shared/domain/base/priority.js';
import type { QueueCounts } from './read-queues.js';
import { paintPriority, plainPaint, type Paint } from '../../render/paint.js';
import { table, type Cell } from '../../render/table.js';
import { span } from '../../render/time.js';

/** Queues as a table by owner, with a line that names the trouble, if there is any. */
export function queueTable(name: string, queues: readonly QueueCounts[], paint: Paint = plainPaint): string[] {
  const rows = queues.map((queue, index): Cell[] => {
    const first = queues[index - 1]?.owner !== queue.owner;
    return [
      first ? { text: queue.owner, paint: paint.strong } : '',
      queueCell(queue, paint),
      { text: `${queue.depth}`, paint: depthPaint(queue, paint) },
      `${queue.inFlight}`,
      queue.delayed === 0 ? '' : `${queue.delayed}`,
      queue.oldestMs === undefined ? '' : span(queue.oldestMs),
    ];
  });
  const head = ['owner', 'queue', 'waiting', 'in flight', 'delayed', 'oldest'].map((text) => ({
    text,
    paint: paint.faint,
  }));
  return [
    ...table(rows, { head, right: [2, 3, 4, 5] }),
    '',
    rows.length === 0 ? `${name} has no queues here` : summary(queues, paint),
  ];
}

function queueCell({ kind, queue }: QueueCounts, paint: Paint): Cell {
  const priority = PRIORITIES.find((known): known is Priority => known === queue);
  return kind === 'lane' && priority !== undefined ? { text: queue, paint: paintPriority(priority, paint) } : queue;
}

function depthPaint({ kind, depth }: QueueCounts, paint: Paint): (text: string) => string {
  if (depth === 0) return paint.faint;
  return kind === 'dead-letters' ? paint.bad : paint.strong;
}

function summary(queues: readonly QueueCounts[], paint: Paint): string {
  const sum = (kind: QueueCounts['kind'], of: (queue: QueueCounts) => number) =>
    queues.filter((queue) => queue.kind === kind).reduce((total, queue) => total + of(queue), 0);
  const waiting = sum('lane', ({ depth }) => depth);
  const working = sum('lane', ({ inFlight }) => inFlight);
  const dead = sum('dead-letters', ({ depth }) => depth);
  const undrained =
    dead === 0 ? 'no dead letters wait for the drain' : paint.bad(`${dead} dead letters wait for the drain`);
  return `lanes: ${waiting} waiting, ${working} in flight; ${undrained}`;
}
