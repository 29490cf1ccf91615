import { allSteps, describeReference, type Block, type Names, type ValueOrigin, type Step } from './outline.js';
import type { Refuse } from './references.js';
import { usedOrigins } from './used-origins.js';

/**
 * JSONata's own functions (docs.jsonata.org) and those that Step Functions adds: a variable of such a name would hide
 * the function. `states` is reserved.
 */
const TAKEN = new Set(
  (
    'states abs append assert average base64decode base64encode boolean ceil clone contains count decodeUrl decodeUrlComponent distinct each ' +
    'encodeUrl encodeUrlComponent error eval exists filter floor formatBase formatInteger formatNumber fromMillis hash join keys length lookup ' +
    'lowercase map match max merge millis min not now number pad parse parseInteger partition power random range reduce replace reverse round ' +
    'shuffle sift single sort split spread sqrt string substring substringAfter substringBefore sum toMillis trim type uppercase uuid zip'
  ).split(' '),
);

/** Longest state name that Step Functions takes. */
const LONGEST = 80;

/**
 * Names the states and variables of a recorded workflow. A step keeps its own name; where a function that records
 * steps is called in several arms, the arms are put before it: `critical.engage.notify`.
 */
export function nameSteps(root: Block, refuse: Refuse): Names {
  const steps = [...allSteps(root)];
  const states = namesOfStates(steps, refuse);
  const stateOf = (step: Step): string => known(states.get(step), step.kind);
  const used = usedOrigins(root);
  const taken = new Set<string>();
  const variables = new Map<ValueOrigin, string>();
  for (const { step } of steps) {
    const text = 'name' in step ? stateOf(step) : undefined;
    for (const origin of originsOf(step).filter((one) => used.has(one)))
      variables.set(origin, freeName(variableName(origin, text), taken, TAKEN));
  }
  return { stateOf, variableOf: (origin) => variables.get(origin) };
}

function namesOfStates(steps: readonly { step: Step; block: Block }[], refuse: Refuse): ReadonlyMap<Step, string> {
  const states = new Map<Step, string>();
  const taken = new Set<string>();
  const given = steps.flatMap(({ step }) => ('name' in step ? [step.name] : []));
  for (const { step, block } of steps) {
    if (!('name' in step)) continue;
    const alone = given.filter((name) => name === step.name).length === 1;
    const state = alone
      ? step.name
      : [...block.path.map((part) => part.replaceAll(/[^A-Za-z0-9 -]/g, '-')), step.name].join('.');
    if (taken.has(state)) refuse(`two steps are named '${state}'`, 'give each step of an arm or branch its own name');
    if (state.length > LONGEST)
      refuse(
        `the state name '${state}' has ${state.length} characters`,
        `allowed: ${LONGEST}; shorten the names of the step and of the arms around it`,
      );
    taken.add(state);
    states.set(step, state);
  }
  for (const { step } of steps) if (!('name' in step)) states.set(step, freeName(generatedName(step), taken));
  return states;
}

/** The name that a pass before has given. */
function known(name: string | undefined, of: string): string {
  if (name === undefined) throw new Error(`unreachable: a ${of} without a name`);
  return name;
}

/** Makes a name that is not in `names` yet, numbered where needed, and adds it to them. */
export function freeName(wanted: string, names: Set<string>, reserved: ReadonlySet<string> = new Set()): string {
  const base = wanted.slice(0, LONGEST - 4);
  const spaced = base.includes(' ');
  let name = reserved.has(base) ? `${base}Value` : base;
  for (let number = 2; names.has(name); number++) name = `${base}${spaced ? ' ' : ''}${number}`;
  names.add(name);
  return name;
}

/** Variables that a step sets. */
export function originsOf(step: Step): ValueOrigin[] {
  if (step.kind === 'parallel') return step.branches.map((branch) => branch.origin);
  if (step.kind === 'map') return [step.origin, step.item, step.position];
  return 'origin' in step ? [step.origin] : [];
}

function generatedName(step: Exclude<Step, { name: string }>): string {
  switch (step.kind) {
    case 'match':
      return `match ${describeReference(step.on)}`;
    case 'parallel':
      return `parallel ${step.branches.map((branch) => branch.name).join(', ')}`;
    case 'complete':
      return `complete ${step.result}`;
    case 'fail':
      return `fail ${step.reason}`;
  }
}

/** @param state name of the state that sets it, where the user named the step */
function variableName(origin: ValueOrigin, state: string | undefined): string {
  const own = origin.kind === 'item' || origin.kind === 'position' ? ` ${origin.kind}` : '';
  const text = state !== undefined ? state + own : origin.kind === 'match' ? origin.label : `${origin.label} result`;
  const words = text.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const joined = words
    .map((word, index) => (index === 0 ? word.charAt(0).toLowerCase() : word.charAt(0).toUpperCase()) + word.slice(1))
    .join('');
  return /^[A-Za-z]/.test(joined) ? joined : `value${joined}`;
}
