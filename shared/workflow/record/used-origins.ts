import { allSteps, targetsIn, type Block, type ValueOrigin, type Step, type Value } from './outline.js';
import { insteadOf } from './uses.js';

/**
 * Origins whose values the steps of a workflow read, also through the results of arms, branches and elements: the
 * machine keeps these in variables.
 */
export function usedOrigins(root: Block): ReadonlySet<ValueOrigin> {
  const used = new Set<ValueOrigin>();
  const use = (origin: ValueOrigin): void => {
    if (used.has(origin)) return;
    used.add(origin);
    for (const part of origin.parts()) read(part);
  };
  const read = (value: Value, except?: ValueOrigin): void => {
    for (const { origin } of targetsIn(value)) if (origin !== except) use(origin);
  };
  for (const { step } of allSteps(root)) {
    for (const value of valuesOf(step)) read(value);
    // The reply itself is filled in when it is undone, and need not be kept for that.
    if (step.kind === 'request' && step.compensation) read(step.compensation.data, step.origin);
    // The ids of the messages of an element are made with its position.
    if (step.kind === 'map') use(step.position);
  }
  return used;
}

/** Values that a step reads, without the data of its compensation. */
function valuesOf(step: Step): readonly Value[] {
  const given = (...values: readonly (Value | undefined)[]) => values.filter((value) => value !== undefined);
  switch (step.kind) {
    case 'request':
      return [...given(step.data, step.priority, step.to), ...insteadOf(step)];
    case 'publish':
      return given(step.data, step.priority, step.to);
    case 'receive':
      return [...given(step.key), ...insteadOf(step)];
    case 'run':
    case 'complete':
      return given(step.data);
    case 'wait':
      return 'until' in step.wait ? [step.wait.until] : [];
    case 'approval':
      return given(step.title, step.details);
    case 'match':
      return [{ kind: 'reference', target: step.on }];
    case 'map':
      return [{ kind: 'reference', target: step.items }];
    case 'parallel':
    case 'fail':
      return [];
  }
}
