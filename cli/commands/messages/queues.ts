import { setTimeout as sleep } from 'node:timers/promises';
import { findDeployment } from '../../../shared/client/deployment.js';
import { milliseconds } from '../../../shared/domain/base/duration.js';
import type { CommandContext } from '../../context/command-context.js';
import { readDuration } from '../../input/read-duration.js';
import { readQueues, type QueueState } from './read-queues.js';
import { queueTable } from './queue-table.js';

/** Options of `laneway queues`. */
export interface QueuesOptions {
  /** Refreshes until interrupted: every two seconds, or at the given interval. */
  readonly watch?: string | true;
}

const agesEveryMs = 30_000;

/** Shows depth, in flight and oldest age of every lane and dead letter queue. */
export async function queuesCommand(context: CommandContext, { watch }: QueuesOptions): Promise<void> {
  const { output } = context;
  const pause = watch === undefined ? undefined : milliseconds(watch === true ? '2 seconds' : readDuration(watch));
  const { topology } = await context.operated();
  const deployment = await findDeployment(topology.name);
  const show = (queues: readonly QueueState[]) =>
    output.result(queues, () => queueTable(topology.name, queues, output.paint).join('\n'));
  let queues = await readQueues(topology.model, deployment, { ages: true });
  if (pause === undefined) return show(queues);

  // Looking at ages counts as a receipt of the messages, so it is done seldom; in between they grow by the clock.
  for (let looked = Date.now(), at = looked; ;) {
    output.clear();
    show(queues);
    await sleep(pause);
    const ages = Date.now() - looked >= agesEveryMs;
    const read = await readQueues(topology.model, deployment, { ages });
    const passed = Date.now() - at;
    at += passed;
    if (ages) looked = at;
    queues = ages ? read : grown(read, queues, passed);
  }
}

/** Ages of a reading that did not ask for them: those of the reading before and the time since, while not empty. */
export function grown(read: readonly QueueState[], before: readonly QueueState[], passed: number): QueueState[] {
  const ages = new Map(before.map(({ url, oldestMs }) => [url, oldestMs]));
  return read.map((queue) => {
    const age = ages.get(queue.url);
    return queue.depth === 0 || age === undefined ? queue : { ...queue, oldestMs: age + passed };
  });
}
