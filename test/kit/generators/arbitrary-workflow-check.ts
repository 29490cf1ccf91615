import fc from 'fast-check';
import { describeWorkflow } from 'laneway/workflow';
import { arbitraryCircumstances, arbitraryWorkflow } from './arbitrary-workflow.js';
import { define, type DefinedWorkflow } from './arbitrary-workflow-define.js';
import { arbitraryFaults } from './arbitrary-workflow-faults.js';
import { judge, type Judgement } from './arbitrary-workflow-judge.js';
import { runWorkflow } from './arbitrary-workflow-run.js';

/** Fault plans, and courses of events, under which each definition runs. */
export const PLANS_EACH = 3;

/** Sums over all definitions. */
export interface Checked {
  /** Definitions that were run, each under {@link PLANS_EACH} plans. */
  definitions: number;
  runs: number;
  /** Steps, waits and decisions that somebody waited for. */
  waits: number;
  told: number;
  /** Beyond one, for one that waits. */
  toldTwice: number;
  inVain: number;
  undone: number;
  notUndone: number;
  deliveries: number;
  struck: number;
  /** Executions that ended at a deadline which could be reached. */
  atDeadline: number;
  /** States that were ended by their backstop. */
  backstops: number;
  /** Seconds after its deadline that a request was ended, at most. */
  lateness: number;
  readonly constructs: Map<string, number>;
  /** Kinds of what went wrong, and in how many runs. */
  readonly troubles: Map<string, number>;
  /** Executions by how they ended. */
  readonly ends: Map<string, number>;
  /** The first case that did not hold, as small as it was made, with what repeats it; empty when all held. */
  failure: string;
}

/** Extent of the check. */
export interface GeneratedCheckOptions {
  readonly seed: number;
  readonly definitions: number;
  /** True to make a case that does not hold smaller: many more runs. */
  readonly shrink: boolean;
  /** True for outages of days among the faults. @defaultValue false */
  readonly isLong?: boolean;
  /** Told of each waiter that was told. */
  readonly note?: (key: string) => void;
  readonly progress?: (text: string) => void;
}

/**
 * Generated workflow definitions, each run under generated faults: every execution ends by its deadline and by the platform,
 * whoever waits is told once, and what was done by one that failed is undone.
 */
export async function checkWorkflows({
  seed,
  definitions,
  shrink,
  isLong = false,
  note,
  progress,
}: GeneratedCheckOptions): Promise<Checked> {
  const sum: Checked = {
    ...{ definitions: 0, runs: 0, waits: 0, told: 0, toldTwice: 0, inVain: 0, undone: 0, notUndone: 0, deliveries: 0 },
    ...{
      struck: 0,
      atDeadline: 0,
      backstops: 0,
      lateness: 0,
      constructs: new Map(),
      troubles: new Map(),
      ends: new Map(),
      failure: '',
    },
  };
  let failed = false;
  const plans = fc.array(fc.tuple(arbitraryCircumstances(), arbitraryFaults(isLong)), {
    minLength: PLANS_EACH,
    maxLength: PLANS_EACH,
  });
  const property = fc.asyncProperty(arbitraryWorkflow(), plans, async (plan, courses) => {
    const defined = define(plan);
    const first = !failed;
    if (first) sum.definitions++;
    if (first) defined.constructs.forEach((times, construct) => add(sum.constructs, construct, times));
    for (const [given, faults] of courses) {
      const ran = await runWorkflow(defined, given, faults);
      const judged = await judge(ran);
      if (first) {
        count(sum, judged, (key) => note?.(`${sum.runs} ${key}`));
        sum.struck += ran.struck;
        for (const kind of new Set(faults.troubles.map(kindOf))) add(sum.troubles, kind, 1);
      }
      if (judged.problems.length > 0) {
        failed = true;
        throw new Error([...judged.problems, textOf(defined), ran.harness.conversation('run').sequence].join('\n'));
      }
    }
    if (first && sum.definitions % 100 === 0) progress?.(`${sum.definitions} definitions, ${sum.struck} faults struck`);
  });
  const checked = await fc.check(property, { seed, numRuns: definitions, endOnFailure: !shrink });
  if (checked.failed) {
    const why = checked.errorInstance instanceof Error ? checked.errorInstance.message : '';
    sum.failure = `${fc.defaultReportMessage(checked) ?? 'failed'}\n${why}`;
  }
  return sum;
}

function count(sum: Checked, judged: Judgement, note: (key: string) => void): void {
  const { waits, told, inVain, undone, notUndone, deliveries, atDeadline, lateness, ends } = judged;
  const waiters = new Set(told);
  sum.runs++;
  sum.waits += waits;
  sum.told += waiters.size;
  sum.toldTwice += told.length - waiters.size;
  sum.inVain += inVain;
  sum.undone += undone;
  sum.notUndone += notUndone;
  sum.deliveries += deliveries;
  sum.atDeadline += atDeadline;
  sum.backstops += judged.backstops;
  sum.lateness = Math.max(sum.lateness, lateness);
  for (const end of ends) add(sum.ends, end, 1);
  told.forEach(note);
}

function kindOf(trouble: { readonly kind: string; readonly who?: string }): string {
  return trouble.who === undefined ? trouble.kind : `${trouble.who} crashes`;
}

function add(map: Map<string, number>, key: string, times: number): void {
  map.set(key, (map.get(key) ?? 0) + times);
}

/** The definitions as text, with what the agents do. */
function textOf({ definitions, behaviours }: DefinedWorkflow): string {
  const drawn = definitions.map((definition) => `${definition.name}\n${describeWorkflow(definition).text}`);
  const agents = [...behaviours].map(([step, behaviour]) => `${step}: ${JSON.stringify(behaviour)}`);
  return [...drawn, ...agents].join('\n');
}
