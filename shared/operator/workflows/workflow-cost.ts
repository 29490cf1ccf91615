import type { AslBranch } from '../../workflow/compile/asl.js';
import { pathsOf, type WorkflowPath } from '../../workflow/define/describe-workflow.js';

/** Dollars for a million state transitions of Standard workflows (aws.amazon.com/step-functions/pricing, us-east-1). */
const DOLLARS_PER_MILLION = 25;

/** Cost of one way through a workflow. */
export interface PathCost extends WorkflowPath {
  /** US dollars for state transitions of a thousand runs, without retries and the free tier; of a map one element. */
  readonly dollarsPerThousand: number;
}

/** The ways through a machine with their cost, the most expensive first. */
export function workflowCost(machine: AslBranch): PathCost[] {
  return pathsOf(machine)
    .map((path) => ({ ...path, dollarsPerThousand: (path.transitions * 1_000 * DOLLARS_PER_MILLION) / 1_000_000 }))
    .sort((a, b) => b.transitions - a.transitions);
}
