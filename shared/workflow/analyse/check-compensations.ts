import { allSteps, innerBlocks, type Block, type Step } from '../record/outline.js';
import { refusal } from '../record/references.js';

/**
 * Refuses a compensation that can never be needed: on no path behind its request can a step fail.
 * @throws LanewayError INVALID_WORKFLOW
 */
export function checkCompensations(workflow: string, root: Block): void {
  const check = (block: Block, behind: boolean): void => {
    block.steps.forEach((step, index) => {
      const later = behind || block.steps.slice(index + 1).some(canFail);
      if (step.kind === 'request' && step.compensation && !later) {
        refusal(`workflow '${workflow}', ${[...block.path, step.name].join(' > ')}`)(
          `${step.compensation.type} would undo ${step.type}, but nothing behind it can fail`,
          'remove the compensation, or put the step before those that can fail',
        );
      }
      // The neighbours of a branch or an element run beside it, and may fail after any of its steps.
      const neighbours = step.kind === 'parallel' || step.kind === 'map';
      for (const inner of innerBlocks(step)) check(inner, later || neighbours);
    });
  };
  check(root, false);
}

/** True when an execution can end badly in a step. A request with a value for both of its bad ends cannot. */
function canFail(step: Step): boolean {
  switch (step.kind) {
    case 'request':
      return !(step.onTimeout && step.onFailure);
    case 'receive':
      return !step.onTimeout;
    case 'publish':
    case 'wait':
    case 'approval':
    case 'complete':
      return false;
    case 'run':
    case 'fail':
      return true;
    default:
      return innerBlocks(step).some((block) => [...allSteps(block)].some((inner) => canFail(inner.step)));
  }
}
