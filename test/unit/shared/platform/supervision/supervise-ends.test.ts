import { superviseEnds } from '../../../../../shared/platform/supervision/supervise-ends.js';
import { ManualClock } from '../../../../../shared/testing/memory/manual-clock.js';
import { MemoryCursors } from '../../../../../shared/testing/memory/memory-cursors.js';
import { MemoryOpenExecutions } from '../../../../../shared/testing/memory/memory-workflows.js';

const MINUTE = 60_000;

/** Supervision of executions that Step Functions does not know, whose notes it therefore takes away. */
function supervision() {
  const clock = new ManualClock();
  const openExecutions = new MemoryOpenExecutions();
  const quiet = (): void => undefined;
  const services = {
    ...{ clock, openExecutions, cursors: new MemoryCursors() },
    executions: { end: () => Promise.resolve(undefined) },
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  };
  const bounds = { grace: 5 * MINUTE, most: 100, stopAt: Infinity };
  return {
    clock,
    note: (name: string, due: number) => openExecutions.note({ workflow: 'move', name, since: due - 60 * MINUTE }, due),
    run: () => superviseEnds(new Set(), services as never, bounds),
  };
}

test('a note that comes behind the place of the last run, from a process whose clock is slow, is looked at', async () => {
  const { clock, note, run } = supervision();
  const due = clock.now() + MINUTE;
  await note('first', due);
  clock.advance(10 * MINUTE);
  expect(await run()).toMatchObject({ ends: 1, complete: true });
  await note('late', due - 14 * MINUTE);
  expect(await run()).toMatchObject({ ends: 1, complete: true });
  expect(await run()).toMatchObject({ ends: 0 });
});
