import fc from 'fast-check';
import { arbitraryProgram, expectedOf } from '../driver/program.js';
import type { Row } from '../driver/row.js';
import { runProgram } from '../driver/run-program.js';

const RUNS = 2_000;
const QUICK_RUNS = 150;

/** Random applications under random faults, beside a model that runs them in one queue and never fails. */
export const randomPrograms: Row = {
  name: 'random-programs',
  title:
    'Random topologies, agents and faults against a sequential reference model: the same effects, the same dead letters',
  engine: false,
  quick: true,
  run: async ({ seed, quick, progress, witness }) => {
    const sum = { sent: 0, effects: 0, quarantined: 0, lost: 0, extra: 0 };
    let [runs, struck] = [0, 0];
    const property = fc.asyncProperty(arbitraryProgram(), async (program) => {
      const run = ++runs;
      const wanted = expectedOf(program);
      const ran = await runProgram(program, (key) => witness.note(`${run}|${key}`));
      const missing = [...minus(wanted.effects, ran.effects), ...minus(wanted.dead, ran.dead), ...ran.open];
      const beyond = [...minus(ran.effects, wanted.effects), ...minus(ran.dead, wanted.dead), ...ran.twice];
      sum.sent += wanted.effects.size + wanted.dead.size;
      sum.effects += ran.effects.size;
      sum.quarantined += ran.dead.size;
      sum.lost += missing.length;
      sum.extra += beyond.length;
      struck += ran.struck;
      if (run % 250 === 0) progress(`${run} programs, ${struck} faults`);
      if (missing.length + beyond.length > 0)
        throw new Error(`missing: ${missing.join(', ') || 'nothing'}\nbeyond: ${beyond.join(', ') || 'nothing'}`);
    });
    const checked = await fc.check(property, {
      ...{ seed, numRuns: quick ? QUICK_RUNS : RUNS, endOnFailure: quick },
      interruptAfterTimeLimit: 1_200_000,
    });
    const cause = checked.errorInstance instanceof Error ? checked.errorInstance.message : '';
    const problems = checked.failed ? [`${fc.defaultReportMessage(checked) ?? 'failed'}\n${cause}`] : [];
    const witnessed = new Set([...witness.counts().keys()].map((key) => key.slice(0, key.lastIndexOf('|')))).size;
    return {
      ...{ ...sum, ok: !checked.failed && !checked.interrupted && witnessed === sum.effects, problems },
      effects: witnessed,
      figure: `${runs} programs, ${struck} faults struck`,
    };
  },
};

function minus(some: ReadonlySet<string>, others: ReadonlySet<string>): string[] {
  return [...some].filter((one) => !others.has(one));
}
