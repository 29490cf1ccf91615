import { INSTANT_FORM, instantOf } from '../../domain/base/iso-time.js';
import type { WorkflowDefinition } from './workflow-definition.js';
import { allSteps, namedStepsOf, describeReference, type Block, type Target, type Value } from '../record/outline.js';
import type { Refuse } from '../record/references.js';
import { listOf, type Shape } from '../record/shape.js';

/** The names that another workflow completes with. Refuses a list of the user that is not exactly those. */
export function checkResults(workflow: WorkflowDefinition, expected: readonly string[], refuse: Refuse): string[] {
  const completes = [...new Set(endsOf(namedStepsOf(workflow.outline).root))].sort();
  const named = [...new Set(expected)].sort();
  if (completes.join('\n') === named.join('\n')) return completes;
  return refuse(
    `results are ${named.join(', ')}, but '${workflow.name}' completes with ${completes.join(', ')}`,
    `pass results: [${completes.map((name) => `'${name}'`).join(', ')}]`,
  );
}

/** Shape of the result of `flow.run`: `{ result }`, one of the names. */
export function resultShape(results: readonly string[]): Shape {
  const properties = { result: { enum: results } };
  return { type: 'object', properties, required: ['result'], additionalProperties: false };
}

/** Checks the names of those who decide an approval. */
export function checkDeciders(names: readonly unknown[], refuse: Refuse): void {
  for (const name of names) {
    if (typeof name !== 'string' || !/^\S.{0,99}$/.test(name))
      refuse(`'${String(name)}' cannot name who decides`, 'allowed: 1 to 100 characters');
  }
}

/** Checks a time to wait until that is given literally. */
export function checkTime(until: Value, refuse: Refuse): void {
  if (until.kind !== 'literal') return;
  const { literal } = until;
  if (instantOf(literal) === undefined)
    refuse(`until is ${JSON.stringify(literal)}`, `allowed: ${INSTANT_FORM}, or a reference to one`);
}

/** Checks that a reference is a list which is there in every execution that gets this far. */
export function checkList(given: Value, refuse: Refuse): { readonly target: Target; readonly shape: Shape } {
  if (given.kind !== 'reference')
    return refuse('flow.map was given no reference', 'pass a list of the start message or of a reply');
  const { target } = given;
  const list = listOf(target.shape);
  if (list?.certain === true && target.certain) return { target, shape: list.shape };
  return refuse(
    `${describeReference(target)} ${list ? 'may be absent' : 'is no list'}`,
    list ? 'give it a value with flow.orElse(reference, [])' : 'pass a list of the start message or of a reply',
  );
}

/** Names that a workflow completes with; `completed` for a path that ends without one. */
function endsOf(root: Block): string[] {
  const named = [...allSteps(root)].flatMap(({ step }) => (step.kind === 'complete' ? [step.result] : []));
  return root.closed ? named : [...named, 'completed'];
}
